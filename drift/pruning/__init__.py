"""``drift prune``: which objects of a job nobody needs any more, and deleting them.

`survey` reads what is there, `keep` chooses the runs, `plan` decides about every object by its
name, `words` says so, and `deletion` does it. Nothing but what `plan` knows by its exact name is
ever deleted.

What stays, whatever is asked for: the rows of the history, because what a run finds depends on all
rows before it; the tables behind the index, which are made from them; the newest run, the one that
``latest.json`` shows, and accepted ones; what labels say of each day, which later runs compare
with; the pinned profile and those of the runs that stay; the records of normal days that those runs
and later ones look at; the records of notifications that a later run may ask for; and the lock.
"""
