# SPDX-License-Identifier: Apache-2.0
"""Records of 1 kB against a schema of 30 properties: ours beside two validators from PyPI.

    bench_jsonschema.py BUILD [SECONDS]

In the same run, one after the other, on one core each: fastjsonschema (a compiled function of
Python) and jsonschema-rs (Rust). Both are given dicts that are parsed already, which suits them
best, and then text, which they get as dicts from json.loads as any Python program would do. Ours
is given text (reading and judging), and trees that are read already. A second is one of the
process's CPU time, so that a busy machine does not decide.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import fastjsonschema
import jsonschema_rs

RECORDS = 200
KINDS = ['web', 'app', 'store', 'call centre']


def schema():
    properties = {
        'id': {'type': 'string', 'pattern': '^[0-9a-f]{8}-[0-9a-f]{4}$'},
        'number': {'type': 'integer', 'minimum': 1},
        'kind': {'enum': KINDS},
        'price': {'type': 'number', 'minimum': 0, 'multipleOf': 0.01},
        'mail': {'type': 'string', 'pattern': '^[^@ ]+@[a-z0-9.-]+$', 'maxLength': 100},
        'tags': {'type': 'array', 'items': {'type': 'string', 'minLength': 1},
                 'maxItems': 10, 'uniqueItems': True},
        'address': {'$ref': '#/definitions/address'},
        'paid': {'type': 'boolean'},
        'note': {'type': ['string', 'null'], 'maxLength': 400},
        'lines': {'type': 'array', 'items': {'$ref': '#/definitions/line'}, 'minItems': 1},
    }
    for i in range(10):
        properties[f'count_{i}'] = {'type': 'integer', 'minimum': 0, 'maximum': 1000000}
        properties[f'label_{i}'] = {'type': 'string', 'maxLength': 64}
    assert len(properties) == 30
    return {
        '$schema': 'http://json-schema.org/draft-07/schema#', 'type': 'object',
        'properties': properties, 'additionalProperties': False,
        'required': ['id', 'number', 'kind', 'price', 'address', 'lines', 'count_0', 'label_0'],
        'definitions': {
            'address': {'type': 'object', 'required': ['street', 'city', 'zip'], 'properties': {
                'street': {'type': 'string'}, 'city': {'type': 'string', 'minLength': 1},
                'zip': {'type': 'string', 'pattern': '^[0-9]{5}$'}}},
            'line': {'type': 'object', 'required': ['sku', 'n'], 'additionalProperties': False,
                     'properties': {'sku': {'type': 'string', 'minLength': 3},
                                    'n': {'type': 'integer', 'exclusiveMinimum': 0}}},
        },
    }


def record(dice):
    def word():
        return ''.join(dice.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(dice.randint(4, 9)))
    made = {
        'id': f'{dice.getrandbits(32):08x}-{dice.getrandbits(16):04x}',
        'number': dice.randint(1, 10**6), 'kind': dice.choice(KINDS),
        'price': dice.randint(0, 10**6) / 100, 'mail': f'{word()}@{word()}.example',
        'tags': sorted({word() for _ in range(3)}),
        'address': {'street': f'{word()} {word()} {dice.randint(1, 99)}', 'city': word(),
                    'zip': f'{dice.randint(0, 99999):05d}'},
        'paid': dice.random() < 0.5, 'note': dice.choice([None, f'{word()} {word()} {word()}']),
        'lines': [{'sku': word(), 'n': dice.randint(1, 9)} for _ in range(3)],
    }
    for i in range(10):
        made[f'count_{i}'] = dice.randint(0, 10**6)
        made[f'label_{i}'] = ' '.join(word() for _ in range(4))
    return made


def rate(step, items, seconds):
    begin = end = time.process_time()
    done = 0
    while end - begin < seconds:
        for item in items:
            step(item)
        done += len(items)
        end = time.process_time()
    return done / (end - begin)


def ours(build, texts, seconds):
    with tempfile.TemporaryDirectory() as folder:
        schema_path = pathlib.Path(folder) / 'schema.json'
        records_path = pathlib.Path(folder) / 'records.json'
        schema_path.write_text(json.dumps(schema()))
        records_path.write_text('\n'.join(texts))
        program = pathlib.Path(build) / 'tests' / 'unit' / 'jsonschema' / 'jsonschema_bench'
        done = subprocess.run([program, schema_path, records_path, str(seconds)], check=True,
                              capture_output=True)
    result = json.loads(done.stdout)
    assert result['records'] == result['valid'] == len(texts), result
    return result


def peers(texts, seconds):
    trees = [json.loads(text) for text in texts]
    fast = fastjsonschema.compile(schema())
    rust = jsonschema_rs.validator_for(schema())
    assert all(rust.is_valid(tree) for tree in trees)
    return {
        'fastjsonschema from dicts': rate(fast, trees, seconds),
        'fastjsonschema from text': rate(lambda text: fast(json.loads(text)), texts, seconds),
        'jsonschema-rs from dicts': rate(rust.is_valid, trees, seconds),
        'jsonschema-rs from text': rate(lambda text: rust.is_valid(json.loads(text)), texts,
                                        seconds),
    }


def main():
    build = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    dice = random.Random(4)
    texts = [json.dumps(record(dice), separators=(',', ':')) for _ in range(RECORDS)]
    own = ours(build, texts, seconds)
    rates = {'scute from text': own['text_per_s'], 'scute reading alone': own['read_per_s'],
             'scute from trees': own['tree_per_s'], **peers(texts, seconds)}
    print(f'{sum(map(len, texts)) // len(texts)} bytes a record, 30 properties; records a second:')
    for name, value in rates.items():
        print(f'  {name:28} {value:12,.0f}')
    # The bars are like against like; text against dicts, where only we have to read, stands beside them.
    for way, name in (('trees', 'dicts'), ('text', 'text'), ('text', 'dicts')):
        for peer, bar in (('fastjsonschema', 10), ('jsonschema-rs', 0.5)):
            ratio = rates[f'scute from {way}'] / rates[f'{peer} from {name}']
            verdict = 'met' if ratio >= bar else 'MISSED'
            told = f' (bar: {bar}): {verdict}' if (way, name) != ('text', 'dicts') else ''
            print(f'  from {way}: {ratio:.2f} times {peer} from {name}{told}')


if __name__ == '__main__':
    main()
