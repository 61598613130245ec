"""An adversary who knows every shown row, which rows are empty, and the relations: plain linear programs, nothing shared."""

import math
from collections import Counter

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

K, P, WIDTH = 10, 10, 20


def is_unsafe(gifts):
    """Whether a set of contributions rests on too few people or is dominated; nobody is nobody's secret."""
    by_size = sorted(gifts.values(), reverse=True)
    if not by_size:
        return False
    rest = sum(by_size[2:])
    return len(by_size) < K or rest < P / 100 * by_size[0]


def equations(tables, hidden, measure):
    """Return what is known of one measure: unknown keys, matrix and right-hand sides."""
    unknown = [key for key in tables.rows if key in hidden and tables.people(key)]
    unknown = [
        key
        for key in unknown
        if any(name == measure and key in (total, *parts) for name, total, parts in tables.relations)
    ]
    place = {key: number for number, key in enumerate(unknown)}
    rows, right = [], []
    for name, total, parts in tables.relations:
        if name != measure:
            continue
        row, known = np.zeros(len(unknown)), 0
        for key, sign in [(total, -1), *((part, 1) for part in parts)]:
            if key in place:
                row[place[key]] = sign
            else:
                known += sign * tables.rows[key][measure].total()
        if row.any():
            rows.append(row)
            right.append(-known)
    return unknown, np.array(rows).reshape(len(rows), len(unknown)), np.array(right)


def protection(tables, key, measure):
    """Return how wide an interval must be: of a row that is unsafe by itself, or of one that is hidden for others' sake."""
    if not is_unsafe(tables.rows[key]["page_views"]):
        return K
    return max(K, math.ceil(round(tables.rows[key][measure].total() * WIDTH / 100, 9)))


def too_narrow(tables, hidden, measure, promised=None):
    """Return the hidden keys that the adversary bounds closer than their protection (or than promised), and how wide."""
    unknown, matrix, right = equations(tables, hidden, measure)
    found = {}
    for number, key in enumerate(unknown):
        need = protection(tables, key, measure) if promised is None else promised[key]
        goal = np.zeros(len(unknown))
        goal[number] = 1
        ends = [linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=(0, None)) for sign in (1, -1)]
        assert ends[0].status == 0
        assert ends[1].status in (0, 3)
        width = math.inf if ends[1].status else -ends[1].fun - ends[0].fun
        if width < need - 1e-5 * need:
            found[key] = width
    return found


def bare_residuals(tables, hidden):
    """Return the relations whose hidden parts together are too few people, dominated, or one cell alone."""
    found = []
    for measure, total, parts in tables.relations:
        secret = [part for part in parts if part in hidden and tables.people(part)]
        if total in hidden and tables.people(total):
            if not secret:
                found.append((measure, total))
        elif secret:
            union = sum((tables.rows[part]["page_views"] for part in secret), Counter())
            if is_unsafe(union) or len(secret) == 1:
                found.append((measure, total))
    return found


def knows_a_small_group(tables, hidden, measure):
    """Whether adding and subtracting relations gives a sum of hidden rows away behind which fewer than k people stand.

    Who they are is counted person by person: of all such sums, a program takes the one with the fewest.
    """
    unknown, matrix, _ = equations(tables, hidden, measure)
    people = sorted(set().union(*(tables.people(key) for key in unknown)), key=repr)
    relations, cells = matrix.shape
    size = relations + cells + len(people)
    if not cells or not relations:
        return False
    sums = np.hstack([matrix.T, -np.eye(cells), np.zeros((cells, len(people)))])
    stands = []
    for number, key in enumerate(unknown):
        for person in tables.people(key):
            row = np.zeros(size)
            row[relations + cells + people.index(person)], row[relations + number] = 1, -1
            stands.append(row)
    some = np.concatenate([np.zeros(relations), np.ones(cells), np.zeros(len(people))])
    low, high = np.zeros(size), np.ones(size)
    low[:relations], high[:relations] = -4, 4
    outcome = milp(
        np.concatenate([np.zeros(relations + cells), np.ones(len(people))]),
        integrality=some,
        bounds=Bounds(low, high),
        constraints=[
            LinearConstraint(sums, 0, 0),
            LinearConstraint(np.array([some, *stands]), [1, *np.zeros(len(stands))]),
        ],
    )
    assert outcome.status in (0, 2)
    return outcome.status == 0 and round(outcome.fun) < K
