"""Workers for Python objectives: `python -m tunewright.worker`, or `tunewright-worker`.

A worker leases trials from a server and evaluates them by calling a function, in a child process for each
slot. The parent process holds the leases, so that nothing an objective does can lose one.
"""
