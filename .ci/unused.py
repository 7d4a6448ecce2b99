"""Name functions, classes, methods and imports that nothing calls, the tests included; exit 1 if there are any.

Fields and constants are left out: settings, table columns and wire formats are read by name from outside.
"""

import sys

from vulture import Vulture

PATHS = ["bot", "handlers", "models", "cards", "workflow", "notifier", "platforms", "sandbox", "tests"]
CALLED_BY_LIBRARIES = [
    "_run_sql",  # Tortoise: what its schema editor calls for each statement
    "get_queryset",  # Tortoise: what it asks a table's manager for
    "get_random_string",  # wechatpy: the sixteen bytes in front of a message
    "test_*",
    "handle_*",  # aiosmtpd
    "Meta",  # tortoise
    "Migration",
    "construct_mapping",  # PyYAML
    "settings_customise_sources",  # pydantic-settings
    "process",  # dingtalk-stream
    "pytest_*",
]
REGISTERED = ["@*.command*", "@*.callback*", "@*.handler*", "@*validator*", "@*fixture*", "@*.on*", "@*.get*"]


def main() -> int:
    """Scan, print one line per finding and return the exit code."""
    vulture = Vulture(ignore_names=CALLED_BY_LIBRARIES, ignore_decorators=REGISTERED)
    vulture.scavenge(PATHS, exclude=["models/migrations/*"])
    found = [
        *vulture.unused_funcs,
        *vulture.unused_methods,
        *vulture.unused_classes,
        *vulture.unused_imports,
        *vulture.unreachable_code,
    ]
    for item in found:
        print(f"{item.filename}:{item.first_lineno}: nothing uses {item.typ} {item.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
