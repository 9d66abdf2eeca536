"""Worlds in which days differ: what the images of each block are drawn from."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.days_parts.pool import CONDITIONS, SPREAD_OF_CONDITIONS, Pool

Numbers = NDArray[np.float64]

DAYS = 105
CLIENTS = 5
_PERSISTENCE = 0.5
_FREEDOM = 4
# A fault's or an odd day's picture must not be drawn hundreds of times.
_MOST_WEIGHT = 0.999


class Weather(enum.StrEnum):
    """How days differ."""

    NONE = "no day effect"
    MILD = "mild days"
    MODERATE = "moderate days"
    HEAVY = "heavy-tailed days"
    SEASON = "slow season"
    DAYTIME = "hours of the day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How much of everything there is in a kind of weather.

    Attributes
    ----------
    offset, day, weekend
        Standard deviations of the conditions: production's permanent offset, a day's own effect,
        the weekend's.
    classes, clients
        How constant the shares of classes and clients are from day to day; infinite: always.
    mix_offset, weekend_mix
        Of the logarithms of shares: production's permanent offset, and the weekend's.
    client_spread
        How much the clients' conditions differ.
    season
        How far the conditions move with the season.
    """

    offset: float = 0.0
    day: float = 0.0
    weekend: float = 0.0
    classes: float = np.inf
    clients: float = np.inf
    mix_offset: float = 0.0
    weekend_mix: float = 0.0
    client_spread: float = 0.4
    season: float = 0.0


_MILD = {
    "offset": 0.2, "day": 0.1, "weekend": 0.1, "classes": 300.0, "clients": 150.0,
    "mix_offset": 0.15, "weekend_mix": 0.1,
}  # fmt: skip
_MODERATE = Strength(
    offset=0.4, day=0.3, weekend=0.3, classes=60.0, clients=30.0, mix_offset=0.3, weekend_mix=0.3,
    client_spread=0.5,
)  # fmt: skip
STRENGTHS = {
    Weather.NONE: Strength(),
    Weather.MILD: Strength(**_MILD),
    Weather.MODERATE: _MODERATE,
    Weather.HEAVY: _MODERATE,
    Weather.SEASON: Strength(**_MILD, season=0.6),
    Weather.DAYTIME: Strength(**_MILD, season=0.4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What the images of a block are drawn from.

    Attributes
    ----------
    conditions
        The middle of the conditions, shape (5,).
    classes, clients
        Shares that sum to 1.
    moved
        By how much each client's conditions lie off on this day, shape (clients, 5).
    """

    conditions: Numbers
    classes: Numbers
    clients: Numbers
    moved: Numbers = field(default_factory=lambda: np.zeros((CLIENTS, CONDITIONS)))


@dataclass(slots=True)
class World:
    """One team's production: draws one recipe after another.

    Parameters
    ----------
    pool
        The pictures.
    weather
        How days differ.
    seed
        Equal seeds give equal worlds.
    """

    pool: Pool
    weather: Weather
    seed: int
    random: np.random.Generator = field(init=False)
    _of_clients: np.random.Generator = field(init=False)
    day: int = field(init=False, default=0)
    _strength: Strength = field(init=False)
    _client_conditions: Numbers = field(init=False)
    _offset: Numbers = field(init=False)
    _weekend: Numbers = field(init=False)
    _season: Numbers = field(init=False)
    _pool_shares: Numbers = field(init=False)
    _shares: tuple[Numbers, Numbers] = field(init=False)
    _weekend_shares: tuple[Numbers, Numbers] = field(init=False)
    _state: Numbers = field(init=False)
    _base: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.random = random = np.random.default_rng([self.seed, 11])
        self._of_clients = np.random.default_rng([self.seed, 12])
        strength = self._strength = STRENGTHS[self.weather]
        own = strength.client_spread * random.standard_normal((CLIENTS, CONDITIONS))
        self._client_conditions = own - own.mean(axis=0)
        self._offset = strength.offset * random.standard_normal(CONDITIONS)
        self._weekend = strength.weekend * random.standard_normal(CONDITIONS)
        self._season = strength.season * random.standard_normal(CONDITIONS)
        counts = np.bincount(self.pool.shown[self.pool.normal], minlength=len(self.pool.labels))
        self._pool_shares = counts / counts.sum()
        usual = (self._pool_shares, np.full(CLIENTS, 1 / CLIENTS))
        self._shares = self._tilted(usual, strength.mix_offset)
        self._weekend_shares = self._tilted(self._shares, strength.weekend_mix)
        self._state = np.zeros(CONDITIONS)
        squares = (self.pool.conditions / SPREAD_OF_CONDITIONS) ** 2
        self._base = 0.5 * squares.sum(axis=1)

    @property
    def at_training(self) -> Recipe:
        """What the reference is drawn from."""
        return Recipe(
            conditions=np.zeros(CONDITIONS),
            classes=self._pool_shares,
            clients=np.full(CLIENTS, 1 / CLIENTS),
        )

    def next(self) -> Recipe:
        """Return the next day's (or hour's) recipe."""
        strength, random = self._strength, self.random
        step = random.standard_normal(CONDITIONS)
        if self.weather is Weather.HEAVY:
            # Variance 1: Student's t of four degrees of freedom, common to all conditions.
            step *= np.sqrt((_FREEDOM - 2) / random.chisquare(_FREEDOM))
        kept = np.sqrt(1 - _PERSISTENCE**2)
        self._state = _PERSISTENCE * self._state + kept * step
        weekend = self._is_weekend()
        conditions = self._offset + strength.day * self._state + self._season * self._phase()
        if weekend:
            conditions = conditions + self._weekend
        shares, clients = self._weekend_shares if weekend else self._shares
        self.day += 1
        return Recipe(
            conditions=conditions,
            classes=self._varied(shares, strength.classes),
            clients=self._varied(clients, strength.clients),
        )

    def with_clients_moved(self, recipe: Recipe) -> Recipe:
        """Return a day's recipe in which each client has a day of its own beside the common one."""
        moved = self._strength.day * self._of_clients.standard_normal((CLIENTS, CONDITIONS))
        return replace(recipe, moved=moved)

    def new_client(self, recipe: Recipe, share: float) -> Recipe:
        """Return a recipe in which a share of the images moved to the first client."""
        clients = recipe.clients * (1 - share)
        clients[0] += share
        return Recipe(conditions=recipe.conditions, classes=recipe.classes, clients=clients)

    def weights(self, recipe: Recipe) -> Numbers:
        """Return how probable each picture of the pool is, but for a constant."""
        density = np.zeros(len(self.pool.rows))
        for client, share in enumerate(recipe.clients):
            density += share * self._density(recipe, client)
        return self._limited(density * self._of_classes(recipe))

    def weights_of(self, recipe: Recipe, client: int) -> Numbers:
        """Return the same for the images of one client."""
        return self._limited(self._density(recipe, client) * self._of_classes(recipe))

    def _density(self, recipe: Recipe, client: int) -> Numbers:
        middle = recipe.conditions + self._client_conditions[client] + recipe.moved[client]
        off = ((self.pool.conditions - middle) ** 2).sum(axis=1)
        density: Numbers = np.exp(np.clip(self._base - 0.5 * off, -30, 6))
        return density

    def _of_classes(self, recipe: Recipe) -> Numbers:
        of_pictures: Numbers = (recipe.classes / self._pool_shares)[self.pool.shown]
        return of_pictures

    def _limited(self, density: Numbers) -> Numbers:
        return np.minimum(density, np.quantile(density[self.pool.normal], _MOST_WEIGHT))

    def _is_weekend(self) -> bool:
        return self.weather is not Weather.DAYTIME and self.day % 7 >= 5

    def _phase(self) -> float:
        period = 24 if self.weather is Weather.DAYTIME else 180
        return float(np.sin(2 * np.pi * self.day / period))

    def _tilted(self, shares: tuple[Numbers, Numbers], by: float) -> tuple[Numbers, Numbers]:
        def tilt(one: Numbers) -> Numbers:
            tilted = one * np.exp(by * self.random.standard_normal(len(one)))
            found: Numbers = tilted / tilted.sum()
            return found

        return tilt(shares[0]), tilt(shares[1])

    def _varied(self, shares: Numbers, constancy: float) -> Numbers:
        if not np.isfinite(constancy):
            return shares
        return self.random.dirichlet(constancy * shares)
