"""Sorting as Go's ``sort.SliceStable`` does it, for orders that are not quite orders.

Some of Caddy's comparisons contradict themselves (``vars`` routes are each less than the other).
The result then depends on the algorithm: insertion sort on runs of 20, merged in place with the
rotations of Kim and Kutzner's SymMerge ("Stable Minimum Storage Merging by Symmetric
Comparisons", 2004). ``less(a, b)`` says whether ``a`` must stand before ``b``.
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
Less = Callable[[T, T], bool]
_RUN = 20


def stable_sort(items: list[T], less: Less[T]) -> None:
    """Sort in place."""
    n = len(items)
    for start in range(0, n, _RUN):
        _insertion_sort(items, less, start, min(start + _RUN, n))
    run = _RUN
    while run < n:
        for start in range(0, n - run, 2 * run):
            _merge(items, less, start, start + run, min(start + 2 * run, n))
        run *= 2


def _insertion_sort(items: list[T], less: Less[T], start: int, end: int) -> None:
    for i in range(start + 1, end):
        j = i
        while j > start and less(items[j], items[j - 1]):
            items[j], items[j - 1] = items[j - 1], items[j]
            j -= 1


def _merge(items: list[T], less: Less[T], start: int, mid: int, end: int) -> None:
    if mid - start == 1:
        _insert_first(items, less, start, end)
    elif end - mid == 1:
        _insert_last(items, less, start, mid)
    else:
        _split(items, less, start, mid, end)


def _insert_first(items: list[T], less: Less[T], start: int, end: int) -> None:
    """Move the first item behind all that must stand before it (they are sorted)."""
    low, high = start + 1, end
    while low < high:
        at = (low + high) // 2
        if less(items[at], items[start]):
            low = at + 1
        else:
            high = at
    items.insert(low - 1, items.pop(start))


def _insert_last(items: list[T], less: Less[T], start: int, mid: int) -> None:
    """Move the item at ``mid`` before all that it must stand before (they are sorted)."""
    low, high = start, mid
    while low < high:
        at = (low + high) // 2
        if not less(items[mid], items[at]):
            low = at + 1
        else:
            high = at
    items.insert(low, items.pop(mid))


def _split(items: list[T], less: Less[T], start: int, mid: int, end: int) -> None:
    """Exchange the tail of the left run with the head of the right one; merge both halves."""
    half = (start + end) // 2
    total = half + mid
    low, high = (total - end, half) if mid > half else (start, mid)
    while low < high:
        at = (low + high) // 2
        if not less(items[total - 1 - at], items[at]):
            low = at + 1
        else:
            high = at
    left, right = low, total - low
    if left < mid < right:
        items[left:right] = items[mid:right] + items[left:mid]
    if start < left < half:
        _merge(items, less, start, left, half)
    if half < right < end:
        _merge(items, less, half, right, end)
