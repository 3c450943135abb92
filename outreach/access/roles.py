"""Roles and what each may do. What a role is not given here, it may not do."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """The eight kinds of account (product.md §10)."""

    OFFICER = "officer"  # 宣传干事
    WORKER = "worker"  # 社区/村干部, 网格员, 政策明白人
    MANAGER = "manager"  # 分管领导
    ADMIN = "admin"  # 管理员
    EVALUATOR = "evaluator"  # 评估人员: no identities
    INTERVIEWER = "interviewer"  # 访问员: sampled people only
    OBSERVER = "observer"  # 政策观察员: public texts only
    DEPARTMENT = "department"  # 科室: hands in its own list


ROLE_NAMES = MappingProxyType(
    {
        Role.OFFICER: "宣传干事",
        Role.WORKER: "社区工作者",
        Role.MANAGER: "分管领导",
        Role.ADMIN: "管理员",
        Role.EVALUATOR: "评估人员",
        Role.INTERVIEWER: "访问员",
        Role.OBSERVER: "政策观察员",
        Role.DEPARTMENT: "科室",
    }
)
"""Role → its name on pages."""


class Action(StrEnum):
    """Everything that can be asked for. The one list of names: routes, commands and the audit log use it."""

    SELF = "account.self"  # log out, change one's own password
    TODAY = "today.view"
    PEOPLE_IMPORT = "people.import"
    PEOPLE_VIEW = "people.view"  # masked
    PEOPLE_REVEAL = "people.reveal"  # in clear, with a reason, logged
    PEOPLE_STOP = "people.stop"  # stop a household at once
    PEOPLE_REFUSE = "people.refuse"  # write down what somebody does not want, and take it back
    PEOPLE_EDIT = "people.edit"  # guardian, contact, died, moved away
    PEOPLE_MERGE = "people.merge"  # two records are one person
    LISTS_HAND_IN = "lists.hand_in"  # a list of one's own office, and nothing else
    LISTS_VIEW = "lists.view"  # everybody's lists, their dates and gaps
    REGIONS_MANAGE = "regions.manage"
    POLICIES_VIEW = "policies.view"
    POLICIES_EDIT = "policies.edit"
    POLICIES_VERIFY = "policies.verify"
    SEGMENTS_EDIT = "segments.edit"
    MESSAGES_VIEW = "messages.view"
    MESSAGES_EDIT = "messages.edit"
    MESSAGES_REVIEW = "messages.review"
    CAMPAIGNS_VIEW = "campaigns.view"
    CAMPAIGNS_EDIT = "campaigns.edit"
    CAMPAIGNS_SUBMIT = "campaigns.submit"
    CAMPAIGNS_REVIEW = (
        "campaigns.review"  # sign a level before the last, record a signed paper, let a check pass
    )
    CAMPAIGNS_APPROVE = "campaigns.approve"
    CAMPAIGNS_RUN = "campaigns.run"  # release, pause, resume, cancel
    DELIVERIES_VIEW = "deliveries.view"
    DELIVERIES_SETTLE = "deliveries.settle"  # decide an unknown one by hand
    DELIVERIES_EXPORT = "deliveries.export"
    PRINT = "print.make"
    VISITS_RECORD = (
        "visits.record"  # visits, calls, posted groups, broadcasts, what is to be done at a door
    )
    WORK_ASSIGN = "work.assign"  # helpers' households, training, duty roster
    REACH_VIEW = "reach.view"
    AWARENESS_VIEW = "awareness.view"
    SURVEYS_DESIGN = "surveys.design"
    SURVEYS_RECORD = "surveys.record"
    SURVEYS_CHECK = (
        "surveys.check"  # ask again whether an interview took place, hand lists to interviewers
    )
    OPINIONS_SAY = "opinions.say"  # write down what somebody said
    OPINIONS_VIEW = "opinions.view"  # read the inbox
    OPINIONS_HANDLE = "opinions.handle"  # take up, answer, close
    SIGNALS_IMPORT = "signals.import"  # weekly counts of 12345, a policy's own counts
    REPORTS_MAKE = "reports.make"
    REPORTS_EVALUATE = "reports.evaluate"  # the rows behind the figures, without identities
    ALERTS_VIEW = "alerts.view"
    ALERTS_MANAGE = "alerts.manage"  # who is told
    ACCOUNTS_MANAGE = "accounts.manage"
    CHANNELS_MANAGE = "channels.manage"
    AUDIT_VIEW = "audit.view"
    SYSTEM_VIEW = "system.view"
    # Nobody asks for these; they are only written into the audit log.
    LOGIN = "account.login"
    LOGIN_FAILED = "account.login_failed"
    LOCKED = "account.locked"
    LOGOUT = "account.logout"


_A = Action
_GIVEN: dict[Role, frozenset[Action]] = {
    Role.OFFICER: frozenset(
        {
            _A.TODAY, _A.PEOPLE_IMPORT, _A.PEOPLE_VIEW, _A.PEOPLE_REVEAL, _A.PEOPLE_STOP,
            _A.PEOPLE_REFUSE, _A.PEOPLE_EDIT, _A.PEOPLE_MERGE, _A.LISTS_HAND_IN, _A.LISTS_VIEW,
            _A.POLICIES_VIEW, _A.POLICIES_EDIT, _A.POLICIES_VERIFY, _A.SEGMENTS_EDIT,
            _A.MESSAGES_VIEW, _A.MESSAGES_EDIT, _A.MESSAGES_REVIEW,
            _A.CAMPAIGNS_VIEW, _A.CAMPAIGNS_EDIT, _A.CAMPAIGNS_SUBMIT, _A.CAMPAIGNS_REVIEW, _A.CAMPAIGNS_RUN,
            _A.DELIVERIES_VIEW, _A.DELIVERIES_SETTLE, _A.DELIVERIES_EXPORT,
            _A.PRINT, _A.VISITS_RECORD, _A.WORK_ASSIGN, _A.REACH_VIEW, _A.AWARENESS_VIEW,
            _A.SURVEYS_DESIGN, _A.SURVEYS_RECORD, _A.SURVEYS_CHECK, _A.REPORTS_MAKE, _A.REPORTS_EVALUATE,
            _A.OPINIONS_SAY, _A.OPINIONS_VIEW, _A.OPINIONS_HANDLE, _A.SIGNALS_IMPORT, _A.ALERTS_VIEW,
        }
    ),
    Role.WORKER: frozenset(
        {
            _A.TODAY, _A.PEOPLE_VIEW, _A.PEOPLE_REVEAL, _A.PEOPLE_STOP, _A.PEOPLE_REFUSE, _A.PEOPLE_EDIT,
            _A.POLICIES_VIEW, _A.MESSAGES_VIEW, _A.PRINT, _A.VISITS_RECORD, _A.OPINIONS_SAY,
        }
    ),
    Role.MANAGER: frozenset(
        {
            _A.TODAY, _A.POLICIES_VIEW, _A.MESSAGES_VIEW, _A.CAMPAIGNS_VIEW, _A.CAMPAIGNS_REVIEW, _A.CAMPAIGNS_APPROVE,
            _A.DELIVERIES_VIEW, _A.REACH_VIEW, _A.AWARENESS_VIEW, _A.REPORTS_MAKE, _A.OPINIONS_VIEW, _A.ALERTS_VIEW,
        }
    ),
    Role.ADMIN: frozenset(
        {
            _A.PEOPLE_IMPORT, _A.REGIONS_MANAGE, _A.POLICIES_VIEW, _A.ACCOUNTS_MANAGE,
            _A.CHANNELS_MANAGE, _A.AUDIT_VIEW, _A.SYSTEM_VIEW, _A.ALERTS_VIEW, _A.ALERTS_MANAGE,
        }
    ),
    Role.EVALUATOR: frozenset(
        {
            _A.POLICIES_VIEW, _A.REACH_VIEW, _A.AWARENESS_VIEW, _A.SURVEYS_DESIGN, _A.SURVEYS_CHECK,
            _A.REPORTS_MAKE, _A.REPORTS_EVALUATE,
        }
    ),
    Role.INTERVIEWER: frozenset({_A.SURVEYS_RECORD}),
    Role.OBSERVER: frozenset({_A.POLICIES_VIEW, _A.OPINIONS_SAY}),
    Role.DEPARTMENT: frozenset({_A.LISTS_HAND_IN}),
}  # fmt: skip


def allowed(role: str, action: Action) -> bool:
    """Whether a role may do something; an unknown role may do nothing."""
    try:
        known = Role(role)
    except ValueError:
        return False
    return action is Action.SELF or action in _GIVEN[known]
