"""R1, R5, R5s and R9 straight from their definitions, with mpmath at 34 digits.

Nothing is shared with the package: formulas are typed as they stand in the notes, expectations
over the margin are adaptive quadratures of differences that cancel, hence the digits.
"""

from functools import cache

from mpmath import mp, mpf

DIGITS = 34


def law(name, parameter):
    """Density, breakpoints and mean of a margin law; a constant margin has no density."""
    s = mpf(parameter) if parameter is not None else None
    if name == "constant":
        return None, [], mpf(1)
    if name == "half-normal":
        edges = [1 + s * j for j in (0, 1, 2, 4, 7, 13)]
        return lambda m: 2 * mp.npdf((m - 1) / s) / s, edges, 1 + s * mp.sqrt(2 / mp.pi)
    if name == "uniform":
        return lambda m: 1 / s, [mpf(1), 1 + s], 1 + s / 2
    edges = [1 + s * j for j in (-13, -7, -4, -2, -1, 0, 1, 2, 4, 7, 13)]
    return lambda m: mp.npdf((m - 1) / s) / s, edges, mpf(1)


def expect(margin, f, turns):
    """E f(m), with panels broken at ``turns``."""
    density, edges, _ = margin
    if density is None:
        return f(mpf(1))
    inside = [t for t in turns if edges[0] < t < edges[-1]]
    return mp.quad(lambda m: density(m) * f(m), sorted({*edges, *inside}))


def sign_mean(x):
    """2 Phi(x) - 1."""
    return mp.erf(x / mp.sqrt(2))


def moments(margin, p, k, slope):
    """a1, c, b of R5 for A(m) = slope m."""

    @cache  # the three integrals share their nodes
    def at(m):
        up, down = m * slope + k, m * slope - k
        return sign_mean(up), sign_mean(down), mp.npdf(up), mp.npdf(down)

    def a1(m):
        up, down, _, _ = at(m)
        return m * ((1 - p) * up + p * down)

    def c(m):
        up, down, _, _ = at(m)
        return (1 - p) * up - p * down

    def b(m):
        _, _, up, down = at(m)
        return 2 * ((1 - p) * up + p * down)

    turns = [sign * (k + x) / slope for x in range(-12, 13, 3) for sign in (1, -1)]
    return tuple(expect(margin, f, turns) for f in (a1, c, b))


def initial(rho, alpha, p, name, parameter):
    """k, a0 and a1, c, b."""
    if name == "gaussian" and parameter is None:
        parameter = 1 / mp.sqrt(rho)
    margin = law(name, parameter)
    k, a0 = 1 / mp.sqrt(alpha), (1 - 2 * p) * margin[2]
    return k, a0, moments(margin, p, k, rho * a0 / k)


def kappas(rho, alpha, p, name="constant", parameter=None):
    """kappa_0, kappa_1, kappa_cons (R5), isotropic."""
    with mp.workdps(DIGITS):
        rho, alpha, p = mpf(rho), mpf(alpha), mpf(p)
        k, a0, (a1, c, b) = initial(rho, alpha, p, name, parameter)
        return (
            rho * a0 / k,
            rho * a1 / mp.sqrt(k**2 + 2 * c * k * b + b**2),
            rho * (a0 + a1) / mp.sqrt(2 * (1 + c) * k * (k + b) + b**2),
        )


def best(rho, alpha, p, name="constant", parameter=None, digits=DIGITS):
    """Kappa of the best combination (R9), isotropic; the Gram matrix may be nearly singular."""
    with mp.workdps(digits):
        rho, alpha, p = mpf(rho), mpf(alpha), mpf(p)
        k, a0, (a1, c, b) = initial(rho, alpha, p, name, parameter)
        gram = mp.matrix([[k**2, (c * k + b) * k], [(c * k + b) * k, k**2 + 2 * c * k * b + b**2]])
        a = mp.matrix([a0, a1])
        return rho * mp.sqrt((a.T * mp.inverse(gram) * a)[0])


def spectral_kappas(gamma, n, p, eigenvalues):
    """kappa_0, kappa_1, kappa_cons of R5s, constant margin."""
    with mp.workdps(DIGITS):
        gamma, n, p = mpf(gamma), mpf(n), mpf(p)
        t1, t2, t3, t4 = (mp.fsum(mpf(x) ** j for x in eigenvalues) for j in (1, 2, 3, 4))
        scale = mp.sqrt(t2 / n)
        k, a0 = t1 / (n * scale), 1 - 2 * p
        slope = gamma**2 * a0 / scale
        a1, c, b = moments(law("constant", None), p, k, slope)
        cross, own = b * t3 / (n * scale), b**2 * t4 / t2
        return (
            slope,
            gamma**2 * a1 / mp.sqrt(scale**2 + 2 * c * cross + own),
            gamma**2 * (a0 + a1) / mp.sqrt(2 * (1 + c) * (scale**2 + cross) + own),
        )


def log_error(kappa, name="constant", parameter=None):
    """log E Q(m kappa) (R1), the integrand scaled by its value at m = 1."""
    with mp.workdps(DIGITS):
        kappa = mpf(kappa)
        if name == "gaussian":
            kappa = kappa / mp.sqrt(1 + (kappa * mpf(parameter)) ** 2)
            return mp.log(mp.erfc(kappa / mp.sqrt(2)) / 2)
        top = mp.erfc(kappa / mp.sqrt(2)) / 2
        density, edges, _ = law(name, parameter)
        if density is None:
            return mp.log(top)
        decay = [1 + j / (kappa**2 + 1) for j in (1, 2, 4, 8, 16, 32, 64)]
        decay += [1 + (edges[-1] - 1) * mpf(2) ** -j for j in range(1, 12)]
        ratio = expect(
            (density, edges, None), lambda m: mp.erfc(m * kappa / mp.sqrt(2)) / 2 / top, decay
        )
        return mp.log(top) + mp.log(ratio)
