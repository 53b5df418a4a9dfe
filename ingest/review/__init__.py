"""``ingest review``: a person walks through what ``ingest refresh`` found. Only here something is written.

``session`` is the walk, ``screen`` what it shows, ``edits`` the one line it changes in a file, ``markdown`` the same
worklist for a pull request.
"""
