"""An introduction to programming: the notebook itself, what was typed, files, text on the screen, objects, chance."""

from tests.foreign.part import Part, nested

PARTS = (
    Part(
        "the notebook's own file",
        "b1 = 'done'",
        "import os\nassert os.path.exists('beginners.ipynb')\nassert b1",
        "assert b1 == 'done'",
        "b1 = 'begun'",
    ),
    Part(
        "the notebook's own cells",
        "# A comment says why.\nb2 = sum(range(5))",
        "import json\nb2_cells = json.load(open('beginners.ipynb'))['cells']\nassert len(b2_cells) > 10",
        "b2_own = [''.join(c['source']) for c in b2_cells if c['metadata'].get('nbgrader', {}).get('grade_id') == 'beginners-02']\n"
        "assert b2 == 10 and len(b2_own) == 1 and '#' in b2_own[0]",
        "b2 = 10",
    ),
    Part(
        "the notebook's own texts",
        "b3 = 3",
        "import nbformat\nb3_nb = nbformat.read('beginners.ipynb', as_version=4)",
        "b3_code = [c.source for c in b3_nb.cells if c.cell_type == 'code']\nassert not any('for b3' + '_i in' in c for c in b3_code)",
        "b3 = 0\nfor b3_i in range(3):\n    b3 += 1",
    ),
    Part(
        "the working folder",
        "import os\nb4 = os.path.basename(os.getcwd())",
        "assert isinstance(b4, str)",
        "from pathlib import Path\nassert b4 == Path.cwd().name and Path('rows.csv').exists()",
        "b4 = '.'",
    ),
    Part(
        "what was typed",
        "b5 = [x * x for x in range(4)]",
        "assert b5 == [0, 1, 4, 9]",
        "b5_typed = [c for c in In if 'b5 =' in c and 'b5_typed' not in c and 'assert' not in c]\nassert len(b5_typed) == 1\nassert ' for ' in b5_typed[0]",
        "b5 = [0, 1, 4, 9]",
    ),
    Part("the value before", "b6 = 6\nb6 * 7", "b6_before = _", "assert b6_before == 42 and b6 == 6", "b6 = 6\nb6 + 7"),
    Part(
        "which shell it is",
        "b7 = get_ipython().__class__.__name__ == 'ZMQInteractiveShell'",
        "assert b7",
        "b7_shell = get_ipython()\nassert b7 is True and 'b7' in b7_shell.user_ns and hasattr(b7_shell, 'kernel')\n"
        "assert type(b7_shell).__name__ == 'ZMQInteractiveShell' and 'IPKernelApp' in b7_shell.config",
        "b7 = 1",
    ),
    Part(
        "a file of lines, with",
        "def b8(name):\n    with open(name) as f:\n        return [line.strip() for line in f if line.strip()]",
        nested(
            "with open('b8.txt', 'w') as f:\n    f.write('a\\n\\nb\\n')\nassert b8('b8.txt') == ['a', 'b']\n"
            "import os\ntry:\n    <<\n    with open('b8.txt', 'w') as f:\n        f.write(' c ')\n"
            "    assert b8('b8.txt') == ['c']\n    >>\n    pass\nfinally:\n    os.remove('b8.txt')"
        ),
        wrong="def b8(name):\n    return open(name).read().split('\\n\\n')",
    ),
    Part(
        "appending to a log",
        "def b9(text):\n    with open('b9.log', 'a') as f:\n        print(text, file=f)",
        "b9('one'); b9('two')",
        "from pathlib import Path\nassert Path('b9.log').read_text().splitlines()[-2:] == ['one', 'two']",
        "def b9(text):\n    with open('b9.log', 'w') as f:\n        print(text, file=f)",
    ),
    Part(
        "a game that asks",
        "def b10():\n    n = int(input('Guess: '))\n    while n != 7:\n        print('No')\n        n = int(input('Again: '))\n    print('Yes')",
        nested(
            "from unittest import mock\nimport io, contextlib\n"
            "for b10_in, b10_out in [(['7'], 'Yes\\n'), (['1', '7'], 'No\\nYes\\n')]:\n    <<\n"
            "    with mock.patch('builtins.input', side_effect=b10_in), contextlib.redirect_stdout(io.StringIO()) as s:\n"
            "        b10()\n    assert s.getvalue() == b10_out\n    >>\n    pass"
        ),
        wrong="def b10():\n    print('Yes' if input() == '7' else 'No')",
    ),
    Part(
        "input without a keyboard",
        "try:\n    b11 = input('Name? ')\nexcept Exception as problem:\n    b11 = type(problem).__name__",
        "assert b11",
        "assert isinstance(b11, str) and b11.endswith('Error')",
        "b11 = ''",
    ),
    Part(
        "standard input of a program",
        "%%writefile b12.py\nimport sys\nprint(sum(int(line) for line in sys.stdin))",
        "import subprocess, sys",
        "b12_run = subprocess.run([sys.executable, 'b12.py'], input='1\\n2\\n', capture_output=True, text=True, timeout=20)\nassert (b12_run.returncode, b12_run.stdout) == (0, '3\\n')",
        "%%writefile b12.py\nprint(0)",
    ),
    Part(
        "a script that runs here",
        "%%writefile b13.py\nif __name__ == '__main__':\n    b13 = 13",
        "%run b13.py\nassert b13",
        "assert b13 == 13 and __name__ == '__main__'",
        "%%writefile b13.py\nb13 = 12",
    ),
    Part(
        "a module that is loaded again",
        "%%writefile b14_mod.py\ndef f():\n    return 14",
        "import importlib, b14_mod\nimportlib.reload(b14_mod)",
        "assert b14_mod.f() == 14",
        "%%writefile b14_mod.py\ndef f():\n    return 41",
    ),
    Part(
        "what is displayed",
        "def b15():\n    from IPython.display import display, HTML\n    display(HTML('<b>hi</b>'))",
        "from IPython.utils.capture import capture_output",
        "with capture_output() as b15_out:\n    b15()\nassert len(b15_out.outputs) == 1 and 'hi' in b15_out.outputs[0].data['text/html']",
        "def b15():\n    print('<b>hi</b>')",
    ),
    Part(
        "chance with a seed",
        "import random\ndef b16(seed):\n    random.seed(seed)\n    return [random.randint(1, 6) for _ in range(3)]",
        "assert b16(1) == b16(1)",
        "import random\nrandom.seed(42)\nb16_e = [random.randint(1, 6) for _ in range(3)]\nassert b16(42) == b16_e",
        "def b16(seed):\n    return [4, 4, 4]",
    ),
    Part(
        "chance that is patched",
        "import random\ndef b17():\n    return 'heads' if random.random() < 0.5 else 'tails'",
        "from unittest.mock import patch",
        "with patch('random.random', return_value=0.1):\n    assert b17() == 'heads'\nwith patch('random.random', return_value=0.9):\n    assert b17() == 'tails'",
        "import random\ndef b17():\n    return random.choice(['heads', 'tails'])",
    ),
    Part(
        "a generator that is not run ahead",
        "def b18():\n    n = 0\n    while True:\n        yield n\n        n += 2",
        "import itertools\nassert list(itertools.islice(b18(), 3)) == [0, 2, 4]",
        "import inspect, types\nassert inspect.isgeneratorfunction(b18) and isinstance(b18(), types.GeneratorType)",
        "def b18():\n    return iter([0, 2, 4])",
    ),
    Part(
        "a generator that is sent to",
        "def b19():\n    total = 0\n    while True:\n        total += yield total",
        "g = b19()\nnext(g)",
        "assert g.send(2) == 2 and g.send(3) == 5\ng.close()",
        "def b19():\n    while True:\n        x = yield 0",
    ),
    Part(
        "a class with checks of its own",
        "class B20:\n    def __init__(self, balance=0):\n        self.balance = balance\n    def withdraw(self, x):\n        if x > self.balance:\n            raise ValueError('not enough')\n        self.balance -= x",
        "b20_a = B20(10)\nb20_a.withdraw(3)\nassert b20_a.balance == 7",
        "try:\n    b20_a.withdraw(8)\nexcept ValueError as e:\n    assert 'not enough' in str(e)\nelse:\n    raise AssertionError('no error')\nassert b20_a.balance == 7",
        "class B20:\n    def __init__(self, balance=0):\n        self.balance = balance\n    def withdraw(self, x):\n        self.balance -= x",
    ),
    Part(
        "slots and chained comparisons",
        "from functools import total_ordering\n@total_ordering\nclass B21:\n    __slots__ = ('n',)\n    def __init__(self, n):\n        self.n = n\n    def __eq__(self, o):\n        return self.n == o.n\n    def __lt__(self, o):\n        return self.n < o.n",
        "assert B21(1) < B21(2) <= B21(2)",
        "assert sorted([B21(3), B21(1)])[0].n == 1 and not hasattr(B21(1), '__dict__')",
        "class B21:\n    def __init__(self, n):\n        self.n = n\n    def __lt__(self, o):\n        return self.n < o.n\n    def __le__(self, o):\n        return True",
    ),
    Part(
        "a data class that is frozen",
        "from dataclasses import dataclass, field\n@dataclass(frozen=True, order=True)\nclass B22:\n    x: int\n    tags: tuple = field(default=(), compare=False)",
        "assert B22(1) < B22(2)",
        "import dataclasses\ntry:\n    B22(1).x = 2\nexcept dataclasses.FrozenInstanceError:\n    pass\nelse:\n    assert False\nassert dataclasses.asdict(B22(1)) == {'x': 1, 'tags': ()}",
        "from dataclasses import dataclass\n@dataclass(order=True)\nclass B22:\n    x: int\n    tags: tuple = ()",
    ),
    Part(
        "matching",
        "def b23(p):\n    match p:\n        case (0, 0):\n            return 'origin'\n        case (x, 0):\n            return f'x={x}'\n        case _:\n            return 'other'",
        "assert b23((0, 0)) == 'origin'",
        "assert b23((2, 0)) == 'x=2' and b23('ab') == 'other' and b23((1, 1)) == 'other'",
        "def b23(p):\n    return 'origin' if p == (0, 0) else 'x=2'",
    ),
    Part(
        "partial credit by the last line",
        "def b24(n):\n    return n % 2 == 0",
        "b24_score = 0\nfor b24_n, b24_want in [(0, True), (1, False), (-3, False), (10, True)]:\n    if b24(b24_n) is b24_want:\n        b24_score += 0.5",
        "b24_score",
        "def b24(n):\n    return n > 0",
    ),
    Part(
        "partial credit in a cell with a magic",
        "b25 = 'abc'",
        "%matplotlib inline\nb25_ok = b25 == 'abc'",
        "1.5 if b25_ok else 0.5",
        "b25 = 'abd'",
    ),
    Part(
        "printing in a test",
        "def b26(n):\n    print('*' * n)",
        "b26(3)",
        "import io, sys\nb26_old, sys.stdout = sys.stdout, io.StringIO()\ntry:\n    b26(2)\n    b26_text = sys.stdout.getvalue()\nfinally:\n    sys.stdout = b26_old\nassert b26_text == '**\\n'",
        "def b26(n):\n    return '*' * n",
    ),
    Part(
        "time",
        "import datetime as b27_dt\ndef b27(day):\n    return b27_dt.date.fromisoformat(day).strftime('%A')",
        "assert b27('2024-01-01') == 'Monday'",
        "import datetime\nassert b27('2024-02-29') == (datetime.date(2024, 2, 28) + datetime.timedelta(days=1)).strftime('%A')",
        "def b27(day):\n    return 'Monday'",
    ),
    Part(
        "money",
        "from decimal import Decimal, ROUND_HALF_UP\ndef b28(x):\n    return Decimal(x).quantize(Decimal('0.01'), ROUND_HALF_UP)",
        "assert str(b28('2.675')) == '2.68'",
        "from decimal import Decimal\nfrom fractions import Fraction\nassert isinstance(b28('1'), Decimal) and Fraction(b28('0.125')) == Fraction(13, 100)",
        "def b28(x):\n    return round(float(x) + 1e-9, 2)",
    ),
    Part(
        "a cache that counts",
        "from functools import lru_cache\n@lru_cache(maxsize=None)\ndef b29(n):\n    return n if n < 2 else b29(n - 1) + b29(n - 2)",
        "assert b29(22) == 17711",
        "assert b29.cache_info().misses == 23\nb29.cache_clear()\nassert b29.cache_info().currsize == 0",
        "def b29(n):\n    return n if n < 2 else b29(n - 1) + b29(n - 2)",
    ),
    Part(
        "a decorator that keeps the name",
        "import functools\ndef b30(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        inner.calls += 1\n        return f(*a, **k)\n    inner.calls = 0\n    return inner",
        "@b30\ndef b30_f(x):\n    'doc'\n    return x",
        "assert b30_f.__name__ == 'b30_f' and b30_f.__doc__ == 'doc'\nb30_f(1), b30_f(2)\nassert b30_f.calls == 2 and b30_f.__wrapped__(5) == 5",
        "def b30(f):\n    f.calls = 2\n    return f",
    ),
    Part(
        "globals and names",
        "b31_global = 1\ndef b31():\n    global b31_global\n    b31_global += 1",
        "b31()\nassert b31_global == 2",
        "assert 'b31_global' in globals() and b31.__code__.co_names[0] == 'b31_global' and b31.__module__ == '__main__'",
        "b31_global = 2\ndef b31():\n    pass",
    ),
    Part(
        "who is there",
        "b32 = 32",
        "b32_names = %who_ls int",
        "assert 'b32' in b32_names",
        "b32 = '32'",
    ),
    Part(
        "syntax of the answer",
        "def b33(xs):\n    return [x for x in xs if x]",
        "assert b33([0, 1]) == [1]",
        "import ast, inspect\nassert any(isinstance(n, ast.ListComp) for n in ast.walk(ast.parse(inspect.getsource(b33))))",
        "def b33(xs):\n    return list(filter(None, xs))",
    ),
    Part(
        "speed",
        "def b34(xs, x):\n    return x in set(xs)",
        "b34_t = %timeit -o -q -n 1 -r 1 b34(range(1000), 999)\nassert b34_t.best < 5",
        "assert b34([1], 1) and not b34([1], 2)",
        "def b34(xs, x):\n    return True",
    ),
)
