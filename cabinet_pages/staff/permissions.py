"""What each group of staff may do, as data; `cabinet_install` creates the groups and gives them these permissions.

Branch scope is not a permission: it comes from the operator's branches (`access.queries.branches_for`).
"""

from cabinet_pages.access.groups import CENTRAL_GROUP, EDITORS_GROUP, OPERATORS_GROUP

_ADMIN = ("wagtailadmin.access_admin",)

#: To see the records of a branch.
BRANCH_RECORDS = tuple(
    f"cabinet_pages.view_{model}"
    for model in (
        "accessrequest",
        "access",
        "account",
        "customer",
        "meteringpoint",
        "meter",
        "reading",
        "readingexport",
        "windowreopening",
        "invoice",
        "payment",
        "bankcredit",
        "onlinepayment",
        "balance",
        "appeal",
        "signeddocument",
        "countersignature",
        "branch",
        "article",
    )
)

# To decide requests, to open and close accounts to people, to say whose money has come, to give back what was paid
# online; to answer appeals; to accept what consumers signed; to judge unusual readings, to send them for a customer or
# to billing, and to open a window again.
_DECIDE = (
    "cabinet_pages.change_accessrequest",
    "cabinet_pages.change_access",
    "cabinet_pages.change_bankcredit",
    "cabinet_pages.change_onlinepayment",
    "cabinet_pages.change_appeal",
    "cabinet_pages.change_countersignature",
    "cabinet_pages.change_reading",
    "cabinet_pages.add_readingexport",
    "cabinet_pages.add_readingsubmission",
    "cabinet_pages.add_windowreopening",
)

_IMPORT = ("imports.view_importbatch", "imports.add_importbatch", "imports.change_importbatch")

# To let programs send files; a branch has it done by the central office, or by a group of its own with these rights.
_TOKENS = ("imports.view_pushtoken", "imports.add_pushtoken", "imports.change_pushtoken")

_DICTIONARIES = (
    "cabinet_pages.add_branch",
    "cabinet_pages.change_branch",
    "cabinet_pages.add_article",
    "cabinet_pages.change_article",
    "cabinet_pages.view_branchoperator",
    "cabinet_pages.add_branchoperator",
    "cabinet_pages.delete_branchoperator",
)

#: Group → permissions as `app.codename`. A permission of an app that is not installed is passed over.
GROUPS: dict[str, list[str]] = {
    OPERATORS_GROUP: [*_ADMIN, *BRANCH_RECORDS, *_DECIDE, *_IMPORT],
    CENTRAL_GROUP: [*_ADMIN, *BRANCH_RECORDS, *_DECIDE, *_IMPORT, *_TOKENS, *_DICTIONARIES],
    EDITORS_GROUP: [*_ADMIN],
}
