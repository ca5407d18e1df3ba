"""The names of what the scenarios make."""

# Every script that a scenario makes is called so, and no other script is ever touched.
PREFIX = "wd-conformance-"
