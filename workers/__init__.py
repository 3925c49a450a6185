"""RQ jobs, the worker that runs them, and the scheduler that finds what is due."""
