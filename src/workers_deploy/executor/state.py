"""What an execution knows so far; the only mutable thing in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workers_deploy.core.attribution.judge import Before
from workers_deploy.core.live import LiveDeployment, LiveState, TrafficShare, url_of_host
from workers_deploy.core.outcome import Facts, StepResult
from workers_deploy.core.project import ScriptSettings, SubdomainState, UsageModel
from workers_deploy.core.steps import AttachDomain, Step


@dataclass(kw_only=True, slots=True)
class RunState:
    """One execution of a plan."""

    before: LiveState
    completion_token: str | None = field(default=None, repr=False)
    version_id: str | None = None  # that traffic is to move to
    uploaded_id: str | None = None  # the version that this run uploaded
    shares: tuple[TrafficShare, ...] = ()  # what traffic moves to, if not to that version alone
    moves_later: bool = False  # traffic moves after the settings: until then live must not move
    is_moving: bool = False  # this step's request that moves traffic was, or is about to be, sent
    moved: bool = False  # traffic moved to what this run uploaded
    made: LiveDeployment | None = None  # the last deployment that this run made, where it is known
    all_made: frozenset[str] = frozenset()  # that one and those before it, by id
    noted: frozenset[str] = frozenset()  # versions that runs of ours uploaded, where that was asked
    edits: frozenset[str] = frozenset()  # versions that came of setting secrets; as noted ones
    gives_way_to: LiveDeployment | None = None  # another run's, which was the first since the plan
    is_whole: bool = False  # the plan is of a whole deploy, not of parts of one
    had_rivals: bool = False  # other runs uploaded before this one, and may yet set something
    has_no_claim: bool = False  # it serves by its upload: the others had nothing to wait for
    looks_again: bool = False  # traffic moved: another run may have moved it too
    read_before: dict[str, Any] = field(default_factory=dict)  # what a step replaces, by its title
    others: LiveDeployment | None = None  # what someone else deployed meanwhile
    settings_read_back: ScriptSettings | None = None  # as Cloudflare answered this run's
    subdomain_answered: SubdomainState | None = None  # where this run set it
    usage_model_answered: UsageModel | None = None  # where this run set it
    found_set: list[Step] = field(default_factory=list)  # settings that someone set before us
    domain_urls: tuple[str, ...] = ()  # of the custom domains, also those of this run
    facts: Facts = field(default_factory=Facts)
    results: list[StepResult] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def learn(self, **facts: Any) -> None:
        """Add facts; later ones win."""
        self.facts = replace(self.facts, **facts)

    def warn_of(self, otherwise: Sequence[str]) -> None:
        """Tell of settings that Cloudflare took and that read otherwise than they were set."""
        if otherwise:
            self.warnings.append(
                f"Cloudflare took the settings, but {'; '.join(otherwise)}; the deploy goes on"
            )

    def learn_others(self, deployment: LiveDeployment) -> None:
        """Note that someone else deployed meanwhile, and what serves now."""
        self.others = deployment
        if deployment.shares:
            self.learn(live_version_id=deployment.shares[0].version_id)

    def learn_deleted(self) -> None:
        """Note that there is no script any more."""
        self.learn(
            deployment_url=None,
            urls=(),
            live_version_id=None,
            etag=None,
            workers_dev_enabled=None,
            preview_urls_enabled=None,
        )

    def learn_made(self, deployment: LiveDeployment) -> None:
        """Note a deployment of this run, and that traffic moved with it."""
        self.made, self.moved = deployment, True
        self.all_made |= {deployment.id}
        if deployment.shares:
            self.version_id = deployment.shares[0].version_id
            self.learn(version_id=self.version_id, live_version_id=self.version_id)

    def learn_subdomain(self, subdomain: SubdomainState) -> None:
        """Note whether the script answers on workers.dev now, and so where."""
        url = self.before.url if subdomain.enabled else None
        self.learn(
            workers_dev_enabled=subdomain.enabled,
            preview_urls_enabled=subdomain.previews_enabled,
        )
        self.learn_url(url)

    def learn_url(self, workers_dev: str | None) -> None:
        """Note where the script answers: on workers.dev where that is on, then on its domains."""
        urls = (*((workers_dev,) if workers_dev else ()), *self.domain_urls)
        self.learn(deployment_url=urls[0] if urls else None, urls=urls)

    def learn_domain(self, hostname: str) -> None:
        """Note a custom domain that this run attached."""
        url = url_of_host(hostname)
        self.domain_urls = tuple(dict.fromkeys((*self.domain_urls, url)))
        urls = tuple(dict.fromkeys((*self.facts.urls, url)))
        self.learn(deployment_url=self.facts.deployment_url or url, urls=urls)

    def forget_domain(self, step: Step) -> None:
        """Note that a custom domain which this run attached no longer leads to the script."""
        if not isinstance(step, AttachDomain) or (step.former or {}).get("service") == (
            self.before.script_name
        ):
            return
        url = url_of_host(str(step.domain["hostname"]))
        self.domain_urls = tuple(one for one in self.domain_urls if one != url)
        urls = tuple(one for one in self.facts.urls if one != url)
        self.learn(deployment_url=urls[0] if urls else None, urls=urls)

    def is_of_this_run(self, deployment: LiveDeployment) -> bool:
        """Tell this run's deployment, by its id where that is known."""
        if self.made is not None:
            return deployment.id == self.made.id
        return deployment.shares == self.our_shares

    @property
    def known(self) -> Before:
        """Return what a verdict on the next request rests on."""
        served = self.before.deployment
        return Before(
            known_ids=frozenset(one.id for one in (served, self.made) if one is not None),
            former=(*((served,) if served else ()), *self.before.former_deployments),
            version=self.before.live,
            shares=self.our_shares,
            made=self.all_made,
        )

    @property
    def our_shares(self) -> tuple[TrafficShare, ...]:
        """Return the deployment that this run makes."""
        return self.shares or (TrafficShare(version_id=self.version_id or "", percentage=100),)
