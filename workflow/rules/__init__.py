"""取消规则 as data: documents that say who may cancel what, and who has to agree (docs/rules.md)."""
