"""What a run tells GitHub besides its log: the pull request's comment and the deployment status.

None of it decides how a run ends: what could not be told is a warning. Forgejo and Gitea are told
the same way, as far as they have it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from workers_deploy.ci.base import Reporter
from workers_deploy.ci.pull_request import PullRequest, read_pull_request
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.dataclass import dataclass
from workers_deploy.executor.stop import Stop
from workers_deploy.inputs import Inputs
from workers_deploy.inputs.choices import Command, Comment
from workers_deploy.report.comment import (
    comment_marker,
    merge_comment,
    render_comment,
    step_marker,
)
from workers_deploy.report.context import RunContext

if TYPE_CHECKING:
    from workers_deploy.api.github import GitHub, NotDone
    from workers_deploy.api.http.retry import Random, Retrier

T = TypeVar("T")

DEFAULT_API_URL = "https://api.github.com"
MAX_ATTEMPTS = 3
SECONDS = 15.0  # for a comment, a status or a question, tries and waits included
# For all that is told once a signal came: undoing has 5 s of the 7.5 s that GitHub gives.
CANCELLED_SECONDS = 1.0
# Commands whose outcome people of a pull request want to see, and those that put code somewhere.
COMMENTING = frozenset(
    {Command.DEPLOY, Command.PLAN, Command.PREVIEW, Command.ROLLBACK, Command.DELETE}
)
DEPLOYING = frozenset({Command.DEPLOY, Command.PREVIEW, Command.ROLLBACK})


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """Where the run belongs to, from the CI system's environment."""

    api_url: str
    name: str  # owner/name
    sha: str
    run: str  # id and attempt
    run_url: str | None
    pull_request: PullRequest | None
    step: tuple[str, ...] = ()  # workflow, job and step, by the names that GitHub gives them


def read_repository(env: Mapping[str, str], run_url: str | None) -> Repository | None:
    """Return the repository of a run in GitHub, Forgejo or Gitea; None elsewhere."""
    name = env.get("GITHUB_REPOSITORY")
    if env.get("GITHUB_ACTIONS") != "true" or not name:
        return None
    return Repository(
        api_url=env.get("GITHUB_API_URL") or DEFAULT_API_URL,
        name=name,
        sha=env.get("GITHUB_SHA", ""),
        run=f"{env.get('GITHUB_RUN_ID', '')}.{env.get('GITHUB_RUN_ATTEMPT', '1')}",
        run_url=run_url,
        pull_request=read_pull_request(env),
        step=tuple(env.get(f"GITHUB_{word}", "") for word in ("WORKFLOW", "JOB", "ACTION")),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What telling takes: voice, time, and the request to stop."""

    reporter: Reporter
    stop: Stop
    clock: Callable[[], float]
    wall_clock: Callable[[], float]
    rng: "Random"


@dataclass(kw_only=True, slots=True)
class GitHubRun:
    """One run as GitHub sees it; `deployment` is what was made of it there, or why not."""

    inputs: Inputs
    repository: Repository | None
    means: Means
    deployment: "int | NotDone | None" = field(default=None, init=False)
    # When telling ends after a signal, in seconds of the clock; None: none came yet.
    _cancelled_end: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Say before the first write that a deployment is in progress, if that is asked for."""
        self._without_harm("github-deployment", self._start)

    def is_older(self, commit: str, other: str) -> bool | None:
        """Tell by the compare API whether a commit comes before another; None: it can't."""
        if self._why_nothing():
            return None
        with self._github() as github:
            return github.is_ancestor(commit, other)

    def finish(self, outcome: Outcome, context: RunContext) -> tuple[str, ...]:
        """Write status and comment; return what could not be told, as warnings.

        The outcome is shown as it is: secrets must be hidden in it already.
        """
        status = self._without_harm("github-deployment", lambda: self._status(outcome))
        comment = self._without_harm("comment", lambda: self._comment(outcome, context))
        return tuple(warning for warning in (status, comment) if warning)

    def _start(self) -> None:
        repository = self.repository
        if not self._makes_deployment() or repository is None or self._why_nothing():
            return
        if self.means.stop.requested:
            return  # nothing will be written
        pull = repository.pull_request
        with self._github() as github:
            self.deployment = github.create_deployment(
                ref=(pull and pull.head) or repository.sha,
                environment=self._environment(),
                description=f"workers-deploy {self.inputs.command}",
                payload={"workers_deploy_run": repository.run, "environment": self._environment()},
                transient=pull is not None or self.inputs.command is Command.PREVIEW,
            )
            if isinstance(self.deployment, int):
                github.set_deployment_status(
                    self.deployment, "in_progress", log_url=repository.run_url
                )

    def _status(self, outcome: Outcome) -> str | None:
        if not self._makes_deployment():
            return None
        why = self._why_nothing()
        if not why and self._is_over():
            with self._github() as github:
                ended = github.end_deployments(self._environment())
            return f"github-deployment: {ended.reason}" if ended else None
        if why or self.deployment is None:  # None: nothing was written
            return f"github-deployment: {why}" if why else None
        failed = (
            self._end_deployment(self.deployment, outcome)
            if isinstance(self.deployment, int)
            else self.deployment
        )
        return f"github-deployment: {failed.reason}" if failed else None

    def _end_deployment(self, deployment: int, outcome: Outcome) -> "NotDone | None":
        facts = outcome.facts
        is_preview = outcome.result is Result.PREVIEWED
        with self._github() as github:
            return github.set_deployment_status(
                deployment,
                "failure" if outcome.error else "success",
                description=outcome.error.message if outcome.error else outcome.result.value,
                environment_url=facts.preview_url if is_preview else facts.deployment_url,
                log_url=self.repository.run_url if self.repository else None,
            )

    def _comment(self, outcome: Outcome, context: RunContext) -> str | None:
        wanted = self.inputs.comment
        if wanted is Comment.FALSE or self.inputs.command not in COMMENTING:
            return None
        pull = self.repository.pull_request if self.repository else None
        why = self._why_nothing()
        if why or pull is None:
            why = why or "this run belongs to no pull request"
        else:
            why = self._upsert(pull, outcome, context)
            if why and wanted is Comment.AUTO:
                self.means.reporter.notice(f"no comment on the pull request: {why}")
        return f"comment: {why}" if why and wanted is Comment.TRUE else None

    def _upsert(self, pull: PullRequest, outcome: Outcome, context: RunContext) -> str:
        """Return why there is no comment, empty where there is one or none is due.

        A run that failed before it knew its script edits what its step said before: a green
        comment must not outlive a red run.
        """
        if outcome.result is Result.SKIPPED:
            return ""
        name = outcome.facts.script_name or self.inputs.script_name
        named = replace(outcome, facts=replace(outcome.facts, script_name=name))
        step = self._step()
        markers = [step_marker(step)]
        if name is not None:
            markers.insert(0, comment_marker(name, outcome.header.get("environment")))
        body = render_comment(named, context, step=step)
        with self._github() as github:
            failed = github.upsert_comment(pull.number, markers, body, merge=merge_comment)
        return failed.reason if failed else ""

    def _step(self) -> str:
        """Return a digest of what tells this step of a workflow from others, in every run alike."""
        inputs, step = self.inputs, self.repository.step if self.repository else ()
        own = (inputs.environment, inputs.working_directory, inputs.config, inputs.script_name)
        return sha256(json.dumps([*step, *map(str, own)]).encode()).hexdigest()[:12]

    def _why_nothing(self) -> str:
        if self.repository is None:
            return "only GitHub, Forgejo and Gitea have it"
        return "" if self.inputs.github_token else "github-token is not given"

    def _makes_deployment(self) -> bool:
        return self.inputs.github_deployment and self.inputs.command in DEPLOYING

    def _environment(self) -> str:
        environment = self.inputs.environment
        if self.inputs.command is not Command.PREVIEW:
            return environment or "production"
        pull = self.repository.pull_request if self.repository else None
        name = f"{environment}-preview" if environment not in (None, "preview") else "preview"
        return f"{name}/pr-{pull.number}" if pull else name

    def _is_over(self) -> bool:
        """Tell whether this is a preview for a pull request that was closed: nothing is made."""
        pull = self.repository.pull_request if self.repository else None
        return self.inputs.command is Command.PREVIEW and bool(pull and pull.is_closed)

    @contextmanager
    def _github(self) -> "Iterator[GitHub]":
        from workers_deploy.api.github import GitHub  # noqa: PLC0415  # most runs need none

        assert self.repository is not None
        assert self.inputs.github_token is not None
        means = self.means
        github = GitHub(
            api_url=self.repository.api_url,
            token=self.inputs.github_token.get_secret_value(),
            repository=self.repository.name,
            retrier=self._retrier(),
            wall_clock=means.wall_clock,
        )
        try:
            yield github
        finally:
            github.close()

    def _retrier(self) -> "Retrier":
        """Return the policy: a few tries; after a signal one, soon given up."""
        from workers_deploy.api.http.retry import Retrier  # noqa: PLC0415  # as above

        means, is_cancelled = self.means, self.means.stop.requested
        if is_cancelled and self._cancelled_end is None:
            self._cancelled_end = means.clock() + CANCELLED_SECONDS
        retrier = Retrier(
            max_attempts=1 if is_cancelled else MAX_ATTEMPTS,
            deadline=self._cancelled_end or means.clock() + SECONDS,
            clock=means.clock,
            sleep=means.stop.sleep,
            rng=means.rng,
            tell=means.reporter.line,
            check=(lambda: None) if is_cancelled else means.stop.check,
        )

        def give_up() -> None:
            retrier.deadline = min(retrier.deadline, means.clock())

        if not is_cancelled:
            means.stop.when_requested(give_up)
        return retrier

    def _without_harm(self, what: str, do: Callable[[], T]) -> T | None:
        try:
            return do()
        except Exception as error:  # noqa: BLE001  # a bug here must not fail a good deploy
            self.means.reporter.warning(f"{what}: a bug in workers-deploy: {type(error).__name__}")
            return None
