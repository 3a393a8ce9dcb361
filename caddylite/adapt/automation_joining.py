"""Automation policies that say the same are joined; those that say nothing go away.

Policies are looked through in order, so the more specific must stand first, and one that says
nothing must stay where it keeps its names from a later, wider one ("shadows" it).
"""

from bisect import bisect_right, insort
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

from caddylite.adapt.automation import AutomationDraft
from caddylite.adapt.issuers import internal_issuer
from caddylite.adapt.stable_sort import stable_sort
from caddylite.tls.subjects import covers, patterns


def join_policies(drafts: list[AutomationDraft]) -> list[AutomationDraft]:
    """Sort the policies, drop those that say nothing, join those that say the same.

    One at least must say something; otherwise none is needed.
    """
    drafts = list(drafts)
    stable_sort(drafts, _before)
    lot = _Lot(drafts)
    lot.drop_empty()
    lot.join_same()
    return [d for d in lot.drafts if d is not None]


def _before(a: AutomationDraft, b: AutomationDraft) -> bool:
    if is_subset(a, b):
        return True
    if is_subset(b, a):
        return False
    return len(a.subjects) > len(b.subjects)


def is_subset(a: AutomationDraft, b: AutomationDraft) -> bool:
    """Does ``b`` cover all the subjects of ``a``? One without subjects covers everything."""
    if not b.subjects:
        return True
    if not a.subjects:
        return False
    return all(any(covers(p, s) for p in b.subjects) for s in a.subjects)


class _Lot:
    """The policies at their places (None: gone), and where each name is covered."""

    def __init__(self, drafts: list[AutomationDraft]) -> None:
        self.drafts: list[AutomationDraft | None] = list(drafts)
        self.classes: list[str] = []
        self.places: dict[str, list[int]] = defaultdict(list)
        self.catch_alls: list[int] = []
        for place, draft in enumerate(drafts):
            if not draft.subjects:
                self.catch_alls.append(place)
            for subject in dict.fromkeys(s.lower() for s in draft.subjects):
                self.places[subject].append(place)

    def shadowed_by(self, place: int) -> int | None:
        """Return the first later place whose policy covers all the subjects of this one."""
        draft = self.drafts[place]
        assert draft is not None
        behind = self._behind(self.catch_alls, place)
        if not draft.subjects:
            return behind
        first = draft.subjects[0]
        found = [] if behind is None else [behind]
        for pattern in patterns(first):
            for candidate in self.places.get(pattern, ()):
                other = self.drafts[candidate]
                if candidate > place and other is not None and is_subset(draft, other):
                    found.append(candidate)
                    break
        return min(found, default=None)

    def _behind(self, places: list[int], place: int) -> int | None:
        for candidate in places[bisect_right(places, place) :]:
            if self.drafts[candidate] is not None:
                return candidate
        return None

    def drop_empty(self) -> None:
        """Drop a policy that says nothing if it is the last, or shadows one that says nothing.

        (A shadowed one may have managers: a wildcard's certificates are used for its names.)
        """
        last = len(self.drafts) - 1
        for place, draft in enumerate(self.drafts):
            if draft is None or not draft.is_empty():
                continue
            shadowed = self.shadowed_by(place)
            if place == last:
                self.drafts[place] = None
            elif shadowed is not None:
                other = self.drafts[shadowed]
                if other is not None and other.is_empty(other.managers):
                    self.drafts[place] = None

    def join_same(self) -> None:
        """Join each policy with those behind it that say the same."""
        alike: dict[Any, deque[int]] = defaultdict(deque)
        coarse = [None if d is None else _coarse(d) for d in self.drafts]
        self.classes = ["" if d is None else _class(d) for d in self.drafts]
        for place, key in enumerate(coarse):
            if key is not None:
                alike[key].append(place)
        for place, key in enumerate(coarse):
            if key is not None:
                alike[key].popleft()
                if self.drafts[place] is not None:
                    self._join_behind(place, alike[key])

    def _join_behind(self, place: int, others: Iterable[int]) -> None:
        draft = self.drafts[place]
        assert draft is not None
        held: set[str] | None = None
        for j in others:
            other = self.drafts[j]
            if other is None:
                continue
            if other.subjects == draft.subjects and other.settings() == draft.settings():
                self.drafts[j] = None
            elif not _same_settings(draft, other, self.classes[place], self.classes[j]):
                continue
            elif draft.subjects and not other.subjects:
                shadowed = self.shadowed_by(place)
                if shadowed is not None and shadowed >= j:
                    self.drafts[place] = None
                    return
            else:
                if held is None:
                    held = set(draft.subjects)
                    draft.subjects = list(draft.subjects)
                if not draft.subjects:
                    self.classes[place] = self.classes[j]
                self._take_subjects(place, draft, other, held)
                self.drafts[j] = None

    def _take_subjects(
        self, place: int, draft: AutomationDraft, other: AutomationDraft, held: set[str]
    ) -> None:
        if not draft.subjects and other.subjects:
            self.catch_alls.remove(place)
        for subject in other.subjects:
            if subject not in held:
                held.add(subject)
                draft.subjects.append(subject)
                insort(self.places[subject.lower()], place)


def _coarse(draft: AutomationDraft) -> Any:
    """Return what is equal for all policies that might be joined."""
    internal = not draft.fixed_issuers or draft.fixed_issuers == (internal_issuer(),)
    return (
        repr(draft.managers),
        draft.key_type,
        draft.on_demand,
        draft.reuse_private_keys,
        draft.renewal_window_ratio,
        "" if internal else repr(draft.fixed_issuers),
    )


def _same_settings(a: AutomationDraft, b: AutomationDraft, class_a: str, class_b: str) -> bool:
    """Would both use the same issuers? Where none is named, that is for the names to say."""
    if a.fixed_issuers != b.fixed_issuers:
        return _is_internal(a, class_a) and _is_internal(b, class_b)
    if a.fixed_issuers or a.issuers or b.fixed_issuers or b.issuers:
        return True
    return class_a == class_b or "catch-all" in (class_a, class_b)


def _is_internal(draft: AutomationDraft, names: str) -> bool:
    if draft.issuers:
        return False
    if not draft.fixed_issuers:
        return names == "internal"
    return draft.fixed_issuers == (internal_issuer(),)


def _class(draft: AutomationDraft) -> str:
    """Return which issuers a policy that names none gets: by its subjects."""
    if not draft.subjects:
        return "catch-all"
    public = {draft.qualifies_publicly(s) for s in draft.subjects}
    return {True: "public", False: "internal"}[public.pop()] if len(public) == 1 else "mixed"
