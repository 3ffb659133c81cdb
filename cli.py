"""The command line: parse, call one function of the engine, render, exit code. Nothing else."""
