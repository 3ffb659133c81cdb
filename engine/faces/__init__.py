"""The command line's groups of commands, one file each: parse, call one function of the engine, render, exit code.

Only here and in cli.py is typer imported. Imports that take time stand inside the commands: `assay --help` is quick.
"""
