"""What the person who runs the cache does to its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cache.agreement import Agreement
from cache.curation import Curation, checked_tag
from cache.database import Database
from cache.entries import Draft, Entry, EntryStore
from cache.errors import StoreReadOnlyError
from cache.index import Vectors
from cache.key import key_of, readable
from cache.observed import Observed
from cache.transfer import TransferLine, read, written
from cache.vectors import VectorSpace

_BUSY_SECONDS = 2.0
"""How long an import waits for other processes."""


class Curated(Observed):
    """What :class:`cache.semantic.SemanticCache` does to entries that are stored."""

    _space: VectorSpace
    _clock: Callable[[], float]
    _curation: Curation

    def entries(
        self,
        *,
        search: str = "",
        limit: int = 200,
        owner: str | None = None,
        tag: str | None = None,
        purpose: str | None = None,
    ) -> tuple[Entry, ...]:
        """Stored entries, newest first.

        :param search: only those with this text in question or answer, whatever its case.
        :param owner: shared entries and this owner's own; ``""``: shared ones only; ``None``: all,
            for who runs the cache.
        :param tag: only those with this tag.
        :param purpose: only those for this.
        """
        self._journal.flush()
        return self._curation.find(
            search=readable(search), limit=limit, owner=owner, tag=tag, purpose=purpose
        )

    def delete(self, *entry_ids: int, owner: str | None = None) -> int:
        """Removes entries; how many there were.

        :param owner: only those that this owner sees, as in :meth:`entries`.
        """
        self._journal.flush()
        return self._space.delete(self._curation.seen(entry_ids, owner))

    def pin(self, *entry_ids: int, pinned: bool = True, owner: str | None = None) -> None:
        """Keeps entries from being evicted for want of room, or lets them be again."""
        self._curation.set_pinned(self._curation.seen(entry_ids, owner), pinned=pinned)

    def set_tags(self, *entry_ids: int, tags: Iterable[str], owner: str | None = None) -> None:
        """Gives entries these tags in place of those they have.

        What was bumped before now does not void them: who tags an answer today knows it.

        :raises TagError: if one is blank.
        """
        told = sorted({readable(checked_tag(tag)) for tag in tags})
        self._curation.set_tags(self._curation.seen(entry_ids, owner), told)

    def quarantine(self, *entry_ids: int, owner: str | None = None) -> None:
        """Takes entries out of service at once, until they are released or stored anew."""
        seen = self._curation.seen(entry_ids, owner)
        self._curation.quarantine(seen)
        self._space.forget(seen)

    def release(self, *entry_ids: int, owner: str | None = None) -> tuple[Entry, ...]:
        """Puts quarantined entries into service again, each under a new id."""
        drafts = self._entries.quarantined(self._curation.seen(entry_ids, owner))
        return tuple(self._space.insert(draft) for draft in drafts)

    def bump(self, tag: str) -> int:
        """Drops a subject: what was asked for before now under this tag is never served again.

        That holds at once, in all processes, and for answers that are still being written.

        :returns: how many entries are removed.
        """
        self._journal.flush()
        self._curation.bump(readable(checked_tag(tag)))
        return self._space.delete(self._curation.void())

    @property
    def epoch(self) -> int:
        """How often any tag was bumped; see :meth:`store`."""
        return self._entries.last_epoch()

    def feedback(self, entry_id: int, *, good: bool) -> None:
        """Takes a thumb: a bad one takes the entry out of service at once.

        It labels the newest lookup that the entry was served to. An entry that is gone meanwhile
        is left alone.
        """
        self._curation.judge(entry_id, good=good, time=self._clock())
        if not good:
            self._space.forget([entry_id])
        self._journal.flush()
        self._evidence.label_served(entry_id, good=good, source="thumb")

    def clear_expired(self) -> int:
        """Removes entries that will not be served again for their age or a bumped tag; how many."""
        return self.delete(*self._curation.over(self._clock()))

    def clear(self, *, owner: str | None = None) -> int:
        """Removes entries and the log of lookups, not the totals and labels; how many entries.

        :param owner: only this owner's own, and what he asked; ``None``: all.
        """
        self._journal.flush()
        if owner is None:
            return self._space.clear()
        self._curation.forget_asker(owner)
        return self._space.delete(self._curation.of_owner(owner))

    def export(self, *, owner: str | None = None) -> Iterator[str]:
        """Entries in service as JSON lines, oldest first; see :mod:`cache.transfer`.

        :param owner: shared entries and this owner's own; ``None``: all.
        """
        self._journal.flush()
        return written(self._entries.exported(owner))

    def import_lines(self, lines: Iterable[str], *, owner: str | None = None) -> int:
        """Takes in what :meth:`export` wrote, in place of entries to the same questions.

        Where one line is refused or cannot be stored, nothing is taken in.

        :param owner: lines of another owner are refused; ``None``: anybody's are taken.
        :returns: how many entries there were.
        :raises TransferError: if a line is malformed, shares personal data or is another owner's.
        :raises StoreError: if the entries could not be kept.
        """
        taken = read(lines, owner=owner)
        vectors = self._space.embed_all([line.question for line in taken])
        drafts = [self._draft_of(line, vectors[line.question]) for line in taken]
        # Through a connection of its own: then this cache's index, like that of any other process,
        # learns from the database what was added.
        with self._noting_refusals():
            if self._database.read_only:
                raise StoreReadOnlyError(self._database.path, "it was opened for reading only")
            other = Database.open(self._database.path, busy_seconds=_BUSY_SECONDS, read_only=False)
            try:
                entries = EntryStore(other)
                with other.write():
                    for draft in drafts:
                        entries.insert(draft)
            finally:
                other.close()
        return len(drafts)

    def verify(self, *, sample: int | None = 0) -> Agreement:
        """Compares the index with the database, entry by entry.

        :param sample: of so many entries, drawn at random, the stored vector is also compared
            with its question's; ``None``: of all, at a few milliseconds each.
        :raises EmbedderError: if the embedder fails.
        """
        return self._space.agreement(sample)

    def _draft_of(self, line: TransferLine, vector: Vectors) -> Draft:
        return Draft(
            key=key_of(line.question),
            question=line.question,
            answer=line.answer,
            scope=line.partition(),
            model=line.model,
            created_at=line.created_at,
            expires_at=line.expires_at,
            seconds=line.seconds,
            tokens=line.tokens,
            embedder=self._space.embedder.name,
            vector=vector,
            tags=tuple(sorted(set(line.tags))),
            pinned=line.pinned,
            hits=line.hits,
            last_hit_at=line.last_hit_at,
            threshold=line.threshold,
            verifier=line.verifier,
            limits=self._rules.limits,
        )
