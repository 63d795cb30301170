"""Staff groups and their permissions, as data for `cabinet_pages.install`."""

OPERATORS_GROUP = "Оператори структурних одиниць"
CENTRAL_GROUP = "Центральний офіс"
EDITORS_GROUP = "Редактори кабінету"

GROUPS: dict[str, list[str]] = {
    OPERATORS_GROUP: ["wagtailadmin.access_admin"],
    CENTRAL_GROUP: ["wagtailadmin.access_admin"],
    EDITORS_GROUP: ["wagtailadmin.access_admin"],
}
