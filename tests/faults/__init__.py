"""The matrix of faults: real processes, real servers, a mail server with a durable record, and what survives."""
