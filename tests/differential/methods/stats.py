# SPDX-License-Identifier: MIT
"""Intervals, curves and tests of METHODS 0.4 to 0.6, 4.5 to 4.7, from their definitions."""
import itertools
import math
import statistics

Z = 1.959963984540054


def wilson(x, n):
    if n == 0:
        return None, None
    p, c, half = x / n, 1 + Z * Z / n, Z * math.sqrt(x / n * (1 - x / n) / n + Z * Z / 4 / n / n)
    return 0 if x == 0 else (p + Z * Z / 2 / n - half) / c, 1 if x == n else (p + Z * Z / 2 / n + half) / c


def two_sided(z):
    return math.erfc(abs(z) / math.sqrt(2))


def adjusted(p):
    """Benjamini and Hochberg; None is no member of the family."""
    ranked, out, least = sorted((i for i, x in enumerate(p) if x is not None), key=lambda i: -p[i]), [None] * len(p), 1
    for k, i in enumerate(ranked):
        least = out[i] = min(least, p[i] * len(ranked) / (len(ranked) - k))
    return out


def curve(cases):
    """Kaplan and Meier, Greenwood with log-log bands, Aalen and Johansen. Cases: time, and 0 there, 1 moved on, 2 left."""
    stay, variance, moved, left, steps = 1.0, 0.0, 0.0, 0.0, []
    for t in sorted({t for t, status in cases if status}):
        n, d1, d2 = sum(x >= t for x, _ in cases), cases.count((t, 1)), cases.count((t, 2))
        moved, left = moved + stay * d1 / n, left + stay * d2 / n
        stay = stay * (n - d1 - d2) / n
        lo = hi = None
        if stay > 0:
            variance += (d1 + d2) / (n * (n - d1 - d2))
            spread = Z * math.sqrt(variance) / abs(math.log(stay))
            lo, hi = stay ** math.exp(spread), stay ** math.exp(-spread)
        steps.append({"time": t, "stay": stay, "lo": lo, "hi": hi, "moved": moved, "left": left})
    return steps


def quantile(steps, q=0.5, band="stay"):
    at = [(s["time"], s[band]) for s in steps if s[band] is not None]
    for i, (t, s) in enumerate(at):
        if s <= q + 1.5e-8:
            lower = [t2 for t2, s2 in at[i:] if s2 < q - 1.5e-8]
            return t if s < q - 1.5e-8 or not lower else (t + lower[0]) / 2
    return None


def at_time(cases, steps, time):
    """Moved on, left, still there; nothing behind the last who was seen."""
    before = [s for s in steps if s["time"] <= time]
    moved, left, stay = (before[-1]["moved"], before[-1]["left"], before[-1]["stay"]) if before else (0, 0, 1)
    return (None, None, None) if time > max(t for t, _ in cases) and stay > 0 else (moved, left, stay)


def logrank(cases):
    """p of leaving by any route, between groups; cases: time, status, group. Groups never at risk when somebody leaves are not compared."""
    left = sorted({t for t, status, _ in cases if status})
    groups = sorted({g for t, _, g in cases if left and t >= left[0]})
    k = len(groups) - 1
    if k < 1:
        return None
    z, v = [0.0] * k, [[0.0] * k for _ in range(k)]
    for t in left:
        risk = [sum(x >= t and g == h for x, _, g in cases) for h in groups]
        gone = [sum(x == t and s > 0 and g == h for x, s, g in cases) for h in groups]
        n, d = sum(risk), sum(gone)
        for i in range(k):
            z[i] += gone[i] - d * risk[i] / n
            for m in range(k):
                v[i][m] += d * (n - d) / (n - 1) * risk[i] / n * ((i == m) - risk[m] / n) if n > 1 else 0
    if k == 1:
        return math.erfc(math.sqrt(z[0] ** 2 / v[0][0] / 2)) if v[0][0] > 0 else None
    determinant = v[0][0] * v[1][1] - v[0][1] ** 2
    if determinant <= 1e-12 * v[0][0] * v[1][1]:
        return None
    return math.exp(-(z[0] ** 2 * v[1][1] - 2 * z[0] * z[1] * v[0][1] + z[1] ** 2 * v[0][0]) / determinant / 2)


def binomial_at_least(x, n, p):
    return math.fsum(math.comb(n, i) * p ** i * (1 - p) ** (n - i) for i in range(x, n + 1))


def shares_trend(periods):
    """Cochran and Armitage: score, n, x."""
    n, x = sum(p[1] for p in periods), sum(p[2] for p in periods)
    mean = sum(s * k for s, k, _ in periods) / n
    v = x / n * (1 - x / n) * sum(k * (s - mean) ** 2 for s, k, _ in periods)
    if len(periods) < 3 or v <= 0:
        return None, None
    z = sum((s - mean) * (y - k * x / n) for s, k, y in periods) / math.sqrt(v)
    return z, two_sided(z)


def numbers_trend(x):
    """Mann and Kendall, exact for 10 numbers without ties; Theil and Sen's slope."""
    n, pairs = len(x), list(itertools.combinations(range(len(x)), 2))
    if n < 2:
        return None, None
    slope = statistics.median((x[b] - x[a]) / (b - a) for a, b in pairs)
    if n < 3:
        return slope, None
    s, ties = sum((x[b] > x[a]) - (x[b] < x[a]) for a, b in pairs), [x.count(y) for y in set(x)]
    if n <= 10 and max(ties) == 1:
        counts = [1]  # orders of so many numbers by their inversions
        for m in range(2, n + 1):
            counts = [sum(counts[i - k] for k in range(m) if 0 <= i - k < len(counts)) for i in range(len(counts) + m - 1)]
        return slope, min(1, 2 * sum(c for i, c in enumerate(counts) if len(pairs) - 2 * i >= abs(s)) / math.factorial(n))
    v = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    return slope, None if v <= 0 else two_sided((s - (s > 0) + (s < 0)) / math.sqrt(v))
