# SPDX-License-Identifier: Apache-2.0
"""Random numbers of any length and exponent against Python's fractions: order, equality, divisors."""
import json
import random
from fractions import Fraction

from test_jsonschema import is_right, run, tell

GROUPS = 4000
KEYWORDS = {
    'multipleOf': lambda value, bound: (value / bound).denominator == 1,
    'minimum': lambda value, bound: value >= bound,
    'exclusiveMaximum': lambda value, bound: value < bound,
    'const': lambda value, bound: value == bound,
}


def number(dice, is_positive):
    text = ''.join(dice.choice('0123456789990') for _ in range(dice.choice([1, 2, 5, 17, 18, 19, 40])))
    text = text.lstrip('0') or '0'
    if dice.random() < 0.5:
        text += '.' + ''.join(dice.choice('0012345990') for _ in range(dice.choice([1, 2, 3, 18, 20])))
    if dice.random() < 0.4:
        text += dice.choice('eE') + dice.choice(['', '+', '-']) + str(dice.choice([0, 1, 2, 5, 20, 40]))
    return text if is_positive or dice.random() < 0.7 else '-' + text


def decimal(value):
    """The text of a fraction that has a finite one."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return int(value * 10**places), places


def test_numbers(tmp_path):
    dice = random.Random(5)
    groups = []
    n_valid = 0
    for i in range(GROUPS):
        keyword = dice.choice(list(KEYWORDS))
        bound = number(dice, keyword == 'multipleOf')
        if keyword == 'multipleOf' and Fraction(bound) == 0:
            continue
        texts = [bound] + [number(dice, False) for _ in range(4)]
        digits, places = decimal(Fraction(bound) * dice.randint(1, 10**dice.choice([1, 5, 20])))
        texts += [f'{digits}e-{places}', f'{digits + 1}e-{places}']
        tests = []
        for text in texts:
            valid = KEYWORDS[keyword](Fraction(text), Fraction(bound))
            n_valid += valid
            # By hand: json.dumps would turn the numbers into floats.
            tests.append('{"description": "%s", "data": %s, "valid": %s}'
                         % (text, text, json.dumps(valid)))
        groups.append('{"description": "%s %s", "schema": {"%s": %s}, "tests": [%s]}'
                      % (keyword, bound, keyword, bound, ', '.join(tests)))
    path = tmp_path / 'numbers.json'
    path.write_text('[' + ', '.join(groups) + ']')
    verdicts = run('7', 'plain', [path])
    assert len(verdicts) == 7 * len(groups) > 6 * GROUPS
    assert len(verdicts) // 5 < n_valid < len(verdicts) * 4 // 5
    wrong = [tell(verdict) for verdict in verdicts if not is_right(verdict)]
    assert not wrong, '\n'.join(wrong[:10])
