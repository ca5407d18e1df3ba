"""What an execution knows so far; the only mutable thing in it."""

from dataclasses import dataclass, field, replace
from typing import Any

from workers_deploy.core.live import LiveDeployment, LiveState, TrafficShare
from workers_deploy.core.outcome import Facts, StepResult


@dataclass(kw_only=True, slots=True)
class RunState:
    """One execution of a plan."""

    before: LiveState
    completion_token: str | None = field(default=None, repr=False)
    version_id: str | None = None  # uploaded by this run
    shares: tuple[TrafficShare, ...] = ()  # what traffic moves to, if not to that version alone
    moved: bool = False  # traffic moved to what this run uploaded
    others: LiveDeployment | None = None  # what someone else deployed meanwhile
    facts: Facts = field(default_factory=Facts)
    results: list[StepResult] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def learn(self, **facts: Any) -> None:
        """Add facts; later ones win."""
        self.facts = replace(self.facts, **facts)

    def learn_others(self, deployment: LiveDeployment) -> None:
        """Note that someone else deployed meanwhile, and what serves now."""
        self.others = deployment
        if deployment.shares:
            self.learn(live_version_id=deployment.shares[0].version_id)

    @property
    def our_shares(self) -> tuple[TrafficShare, ...]:
        """Return the deployment that this run makes."""
        return self.shares or (TrafficShare(version_id=self.version_id or "", percentage=100),)
