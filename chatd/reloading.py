"""Takes the configuration over while the daemon runs, or says what that would change."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.logger import Logger

from chatd.auth import site_keys
from chatd.auth.jws import Keys
from chatd.config.reading import ConfigError, load
from chatd.config.reload import (
    Difference,
    Digests,
    NotReloaded,
    changed,
    contents,
    differences,
    in_force,
    other_contents,
)
from chatd.config.safety import unsafe
from chatd.config.settings import Settings
from chatd.config.translate import brand, file_rules
from chatd.edge import tls_files
from chatd.edge.brand import Brand
from chatd.edge.build import Edge
from chatd.edge.tls import Certificates
from chatd.edge.tls_files import TlsFilesError
from chatd.hooks.webhook import Webhook
from chatd.logs.observer import Observer
from chatd.outgoing import hook_settings
from chatd.providers import Providers, declaration
from chatd.sessions import Sessions
from chatd.vouching import Vouching
from chatd.watching.tracing import Headers, Tracing, read_headers

log = Logger(namespace="chatd.service")


@dataclass(frozen=True, slots=True)
class Fresh:
    """All that a reload needs, read and found right. ``looks``: the settings in force with the
    page and the providers of those that were read."""

    settings: Settings
    looks: Settings
    branded: Brand
    keys: Keys
    headers: Headers
    contents: Digests


class Reloading:
    """``where`` puts what a service manager says in its place."""

    def __init__(
        self,
        path: Path,
        where: Callable[[Settings], Settings],
        settings: Settings,
        certificates: Certificates | None,
        sessions: Sessions,
        edge: Edge,
        providers: Providers,
        webhook: Webhook,
        tracing: Tracing,
        vouching: Vouching,
        logs: Observer | None,
    ) -> None:
        self._path = path
        self._where = where
        self._certificates = certificates
        self._sessions = sessions
        self._edge = edge
        self._providers = providers
        self._webhook = webhook
        self._tracing = tracing
        self._vouching = vouching
        self._logs = logs
        self._contents = contents(settings)

    def read(self, settings: Settings) -> Fresh:
        """``settings``: those in force. NotReloaded."""
        try:
            new = self._where(load(self._path))
            if wrong := unsafe(new):
                raise NotReloaded([f"{self._path}: {text}" for text in wrong])
            looks = replace(settings, page=new.page, provider=new.provider)
            if self._certificates is not None:
                now = datetime.now(UTC)
                tls_files.load(self._certificates.chain, self._certificates.key, now)
            for name, provider in new.provider.items():
                declaration(name, provider, looks)
            keys = site_keys.read(new.site.key_file, new.site.keys)
            return Fresh(
                new,
                looks,
                brand(looks),
                keys,
                read_headers(new),
                contents(self._files(settings, new)),
            )
        except ConfigError as error:
            raise NotReloaded(str(error).splitlines()) from None
        except (TlsFilesError, OSError, ValueError) as error:
            raise NotReloaded([str(error)]) from None

    def differences(self, settings: Settings, fresh: Fresh) -> list[Difference]:
        """What a reload changes, and what the next start will."""
        found = differences(settings, fresh.settings)
        names = {each.setting for each in found}
        others = other_contents(self._contents, fresh.contents)
        return [*found, *(each for each in others if each.setting not in names)]

    def take(self, settings: Settings, fresh: Fresh) -> Settings:
        """From now on; the settings that are in force then. OSError, ValueError, TlsFilesError if a
        file is another again than a moment before: then nothing was changed, but for certificates
        that were read and found right before it."""
        new, looks = fresh.settings, fresh.looks
        if self._certificates is not None:
            self._certificates.reload()
        providers = self._providers.change(looks)
        change = changed(settings, new)
        if change.limits or new.files != settings.files:
            if self._edge.files is not None:
                self._edge.files.change(file_rules(new.files))
            self._sessions.change(change.applied, new.files, self._edge.connections.all())
        now = ["certificates", *change.limits]
        if self._edge.looks(fresh.branded):
            now.append("the page")
        if new.files != settings.files:
            now.append("files")
        if providers:
            now.append("providers")
        if new.log != settings.log and self._logs is not None:
            self._logs.apply(new.log)
            now.append("the log")
        self._webhook.reload(hook_settings(new).secret_files)
        if self._tracing.change(new, fresh.headers):
            now.append("traces")
        if self._vouching.change(fresh.keys):
            now.append("the site's keys")
        self._contents = fresh.contents
        log.info(
            "reloaded: {now}; {later}",
            now=", ".join(now),
            later="at the next start: " + ", ".join(change.later) if change.later else "all of it",
        )
        return in_force(settings, new)

    def _files(self, settings: Settings, new: Settings) -> Settings:
        """The names of certificate and key stay those of the start."""
        return replace(new, tls=settings.tls)

    def carry_out(self, settings: Settings, dry_run: bool) -> tuple[Settings, dict[str, Any]]:
        """The settings in force after it, and what `chatctl reload` tells. NotReloaded."""
        try:
            fresh = self.read(settings)
            changes = self.differences(settings, fresh)
            if not dry_run:
                settings = self.take(settings, fresh)
        except (NotReloaded, TlsFilesError, OSError, ValueError) as error:
            if not dry_run:
                log.error("nothing was reloaded: {error}", error=error)
            if isinstance(error, NotReloaded):
                raise
            raise NotReloaded([str(error)]) from None
        told = {
            "config": str(self._path),
            "changes": [asdict(each) for each in changes],
            "dry_run": dry_run,
        }
        return settings, told
