"""What the web needs of the application; bootstrap hands over an object of this shape."""

from __future__ import annotations

from typing import Protocol

from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault


class Services(Protocol):
    """One installation, opened. Attributes are read only."""

    @property
    def store(self) -> Store:
        """The database."""
        ...

    @property
    def vault(self) -> Vault:
        """Keys, for what pages show in clear or masked."""
        ...

    @property
    def settings(self) -> Settings:
        """Settings of the installation."""
        ...

    @property
    def place(self) -> str:
        """The installation's name on every page, such as 示范县（演示）; '' shows none."""
        ...

    @property
    def demo(self) -> bool:
        """Whether the people are invented: then every page says 演示数据."""
        ...
