"""What the YAML files of teams and of workflows have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from agents.teams.member import Member

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Title = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
About = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"\S")]


class Strict(BaseModel):
    """Takes what it names and nothing else, each as what it is: "3" is no number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class MemberShape(Strict):
    """An agent in a file."""

    name: Name
    title: Title
    prompt: Text
    capabilities: Annotated[list[Name], Field(max_length=20)] = []

    def member(self) -> Member:
        """The agent as a value."""
        return Member(self.name, self.title, self.prompt.strip(), tuple(self.capabilities))
