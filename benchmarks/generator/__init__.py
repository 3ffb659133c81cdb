"""A realistic European box-office base with known truth, made from a seed.

``python -m benchmarks.generator sample --out DIR`` writes two sources of different shape, the truth of every
line and the clean contact behind it; ``big --rows N --out FILE.csv`` writes one large source, vectorised.
Same seed, same bytes. Nobody in it exists.
"""
