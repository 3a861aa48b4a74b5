"""What binds a member: the best role wins, nothing gets narrower by a role, exemptions free from every window."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.servers.allowance import Source, allowance, idle, said, sources
from jobs.servers.quotas import with_exemption, with_limits
from jobs.servers.rules import QuotaRules, Window, Windows

LIMIT = st.none() | st.integers(0, 100)
WINDOWS = st.builds(Windows, hour=LIMIT, day=LIMIT, month=LIMIT)
ROLES = st.frozensets(st.integers(1, 6))
QUOTA = st.builds(QuotaRules, windows=WINDOWS, roles=st.dictionaries(st.integers(1, 6), WINDOWS))
USER, DAY = 7, 20


def limits(quota: QuotaRules, roles: frozenset[int], day: int | None = DAY) -> dict[Window, int]:
    return dict(allowance(quota, user_id=USER, roles=roles, day=day).limits)


@given(QUOTA, ROLES, LIMIT)
def test_in_each_window_the_most_counts_of_everybodys_and_each_roles(
    quota: QuotaRules, roles: frozenset[int], day: int | None
) -> None:
    for window in Window:
        general = said(quota.windows, window)
        if general is None and window is Window.DAY:
            general = day
        by_role = [said(quota.roles[role], window) for role in roles if role in quota.roles]
        expected = None if general is None else max([general, *(limit for limit in by_role if limit is not None)])
        assert limits(quota, roles, day).get(window) == expected


@given(QUOTA, ROLES, st.integers(1, 6))
def test_one_role_more_never_makes_anything_narrower(quota: QuotaRules, roles: frozenset[int], more: int) -> None:
    fewer, several = limits(quota, roles), limits(quota, roles | {more})
    assert fewer.keys() == several.keys()
    assert all(several[window] >= limit for window, limit in fewer.items())


@given(QUOTA, ROLES)
def test_the_sources_say_the_same_and_name_a_role_only_where_it_gives_more(
    quota: QuotaRules, roles: frozenset[int]
) -> None:
    found = sources(quota, roles=roles, day=DAY)
    assert {window: source.limit for window, source in found.items()} == limits(quota, roles)
    without = limits(quota, frozenset())
    for window, source in found.items():
        assert (source.role is not None) == (source.limit > without[window])
        assert source.role is None or (source.role in roles and not source.by_operator)
        assert source.role is None or said(quota.roles[source.role], window) == source.limit


@given(QUOTA, st.integers(1, 6))
def test_what_is_idle_changes_nothing_for_whoever_has_the_role(quota: QuotaRules, role: int) -> None:
    with_role, without = limits(quota, frozenset({role})), limits(quota, frozenset())
    changed = {window for window in with_role if with_role[window] != without[window]}
    stated = {window for window in Window if said(quota.roles.get(role, Windows()), window) is not None}
    assert set(idle(quota, role, day=DAY)) == stated - changed


@given(QUOTA, ROLES, st.integers(1, 6))
def test_an_exempt_user_or_role_is_bound_by_nothing(quota: QuotaRules, roles: frozenset[int], role: int) -> None:
    in_person = with_exemption(quota, USER, is_role=False, exempt=True)
    assert limits(in_person, roles) == {}
    by_role = with_exemption(quota, role, is_role=True, exempt=True)
    assert (limits(by_role, roles) == {}) == (role in roles or limits(quota, roles) == {})
    assert with_exemption(in_person, USER, is_role=False, exempt=False) == quota
    assert with_exemption(by_role, role, is_role=True, exempt=False) == quota


def test_a_users_id_exempts_no_role_and_a_roles_no_user() -> None:
    quota = with_exemption(QuotaRules(), USER, is_role=True, exempt=True)
    assert limits(quota, frozenset()) == {Window.DAY: DAY}
    quota = with_exemption(QuotaRules(), 3, is_role=False, exempt=True)
    assert limits(quota, frozenset({3})) == {Window.DAY: DAY}


def test_a_reset_is_passed_on_to_the_exempt_too() -> None:
    assert allowance(QuotaRules(), user_id=USER, roles=(), day=DAY, since=5).since == 5
    exempt = QuotaRules(exempt_users=frozenset({USER}))
    assert allowance(exempt, user_id=USER, roles=(), day=DAY, since=5).since == 5


def test_where_the_server_says_nothing_the_operators_day_counts() -> None:
    assert sources(QuotaRules(), roles=(), day=DAY) == {Window.DAY: Source(limit=DAY, by_operator=True)}
    assert sources(QuotaRules(), roles=(), day=None) == {}
    none_at_all = QuotaRules(windows=Windows(day=0))
    assert sources(none_at_all, roles=(), day=DAY) == {Window.DAY: Source(limit=0)}


@given(QUOTA, st.dictionaries(st.sampled_from(Window), LIMIT), st.none() | st.integers(1, 6))
def test_setting_some_windows_changes_these_and_nothing_else(
    quota: QuotaRules, typed: dict[Window, int | None], role: int | None
) -> None:
    changed = with_limits(quota, typed, role=role)
    before = quota.windows if role is None else quota.roles.get(role, Windows())
    after = changed.windows if role is None else changed.roles.get(role, Windows())
    for window in Window:
        assert said(after, window) == typed.get(window, said(before, window))
    if role is None:
        assert replace(changed, windows=quota.windows) == quota
    else:
        others = {each: windows for each, windows in quota.roles.items() if each != role}
        assert {each: windows for each, windows in changed.roles.items() if each != role} == others
        assert replace(changed, roles=quota.roles) == quota


@pytest.mark.parametrize("window", Window)
def test_a_role_of_which_nothing_is_said_any_more_is_forgotten(window: Window) -> None:
    said_once = with_limits(QuotaRules(), {window: 5}, role=3)
    assert 3 in said_once.roles
    assert with_limits(said_once, {window: None}, role=3) == QuotaRules()
