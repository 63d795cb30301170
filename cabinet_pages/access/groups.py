"""Names of the staff groups; what they may do is told by `cabinet_pages.staff.permissions`."""

OPERATORS_GROUP = "Оператори структурних одиниць"
CENTRAL_GROUP = "Центральний офіс"
EDITORS_GROUP = "Редактори кабінету"
