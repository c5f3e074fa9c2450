"""Progress bars of tqdm and rich, to pass as `progress`."""

from __future__ import annotations

from typing import Any, Callable, Optional

from ._later import records


def tqdm(bar: Any = None, **options: Any) -> Callable[[records.Progress], None]:
    """Returns a callback that updates a bar of tqdm: the given one, or a new one made with tqdm's options.

        package.upload_file("report.pdf", progress=tqdm(desc="report.pdf"))

    The bar is complete when the call returns.
    """
    if bar is None:
        from tqdm.auto import tqdm as make  # type: ignore[import-untyped,import-not-found,unused-ignore]

        bar = make(**{"unit": "B", "unit_scale": True, "unit_divisor": 1024, **options})

    def update(progress: records.Progress) -> None:
        if progress.bytes_total is not None:
            bar.total = progress.bytes_total
        bar.update(progress.bytes_done - bar.n)
        bar.set_postfix_str("waiting" if progress.phase.name == "WAITING" else "", refresh=False)
        if progress.bytes_done == progress.bytes_total:
            bar.refresh()

    return update


def rich(display: Any, description: str = "", task: Optional[Any] = None) -> Callable[[records.Progress], None]:
    """Returns a callback that updates a task of a rich.progress.Progress.

        with rich.progress.Progress() as display:
            package.upload_file("report.pdf", progress=libsendsafely.progress.rich(display, "report.pdf"))

    task is the task to update; by default a new one is made, with the description.
    """
    task = display.add_task(description, total=None) if task is None else task

    def update(progress: records.Progress) -> None:
        display.update(task, total=progress.bytes_total, completed=progress.bytes_done)

    return update
