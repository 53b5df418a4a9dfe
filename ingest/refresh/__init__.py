"""``ingest refresh``: reads the source pages again and says what changed. It never changes a fact.

``run`` asks ``fetch`` for each page (through ``visits``: robots, one connection a site; and ``guard``: no internal
address), ``reader`` makes text of it, ``cache`` keeps it on this machine, and ``worklist`` compares it with what
the repository remembers (``knowledge.snapshots``).
"""
