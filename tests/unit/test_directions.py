"""The one direction that import-linter cannot express: `handlers.reading` imports nothing of ours but itself."""

import grimp

OURS = ("bot", "handlers", "models", "cards", "workflow", "notifier", "platforms", "sandbox")


def test_reading_imports_nothing_of_ours() -> None:
    graph = grimp.build_graph(*OURS, cache_dir=None)
    reading = {"handlers.reading", *graph.find_descendants("handlers.reading")}
    reached = {found for module in reading for found in graph.find_modules_directly_imported_by(module)}
    assert reached - reading == set()
