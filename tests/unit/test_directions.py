"""The one direction that import-linter cannot express: `handlers.reading` stands alone, but for the calendar."""

import grimp

OURS = ("bot", "handlers", "models", "cards", "workflow", "notifier", "platforms", "sandbox")


CALENDAR = "workflow.working_days"


def test_reading_imports_nothing_of_ours_but_the_calendar_which_imports_nothing() -> None:
    graph = grimp.build_graph(*OURS, cache_dir=None)
    reading = {"handlers.reading", *graph.find_descendants("handlers.reading")}
    reached = {found for module in reading for found in graph.find_modules_directly_imported_by(module)}
    assert reached - reading == {CALENDAR}
    assert graph.find_modules_directly_imported_by(CALENDAR) == set()
