"""The cases of the conformance suite: files, a command line, and what they show."""

ENVIRONMENT = {"WGRAD_CASE": "from-env", "WGRAD_NUMBER": "12"}
CASES = []

SHOP = {
    "config.yaml": "defaults:\n  - _self_\n  - db: mysql\nport: 80\ndebug: false\n",
    "db/mysql.yaml": "driver: mysql\nport: 3306\nuser: root\n",
    "db/postgres.yaml": "driver: postgres\nport: 5432\n",
    "server/apache.yaml": "name: apache\n",
    "server/nginx.yaml": "name: nginx\n",
}
FLAT = {"config.yaml": "a: 1\nb: {c: 2, d: [1, 2, 3]}\ne: null\nf: text\n"}


def add(name, files, *args, **more):
    CASES.append({"name": name, "files": files, "args": list(args), **more})


def one(name, text, *args):
    add(name, {"config.yaml": text}, *args)


# Values, as the override grammar reads them.
VALUES = [
    "1", "-1", "+1", "0", "1_000", "1.5", ".5", "1.", "-0.5", "1e3", "1e-3", "1_0.5", "inf", "-inf", "nan", "NaN",
    "true", "True", "FALSE", "null", "NULL", "none", "yes", "on", "~", "word", "two words", "a-b_c", "10abc", "07",
    "1.2.3", "2024-01-02", "12:30", "a:b", "http://x.y/z?q", "/abs/path", "../up", "*.jpg", "50%", "a@b", "$x",
    "x\\,y", "x\\=y", "x\\ ", "\\[x\\]", "\\{", "C:\\dir", "a\\\\b", "'quoted'", "\"double\"", "'it\\'s'",
    "\"say \\\"hi\\\"\"", "'1'", "'true'", "'a,b'", "'a=b'", "''", "' x '", "'back\\\\'", "'a\\nb'", "[]", "{}",
    "[1,2]", "[ 1 , 2 ]", "[a,'b c',3,null,true]", "[[1],[2,[3]]]", "{a:1}", "{a: 1, b: x}", "{a:{b:{c:1}}}",
    "{a:[1,{b:2}]}", "[{a:1},{b:2}]", "{1:x,2:y}", "{a b:1}", "", " ", " 1", "1 ", "int('5')", "int(5.7)",
    "float(1)", "str(5)", "str(true)", "bool('True')", "bool(0)", "str([1,2])", "int({a:'1'})", "a=b", "a,b",
    "[1,2", "1]", "{a:1", "{a}", "{'a':1}", "'open", "a'b'", "(x)", "f(x)", "int(x)", "int(null)", "#x", "~/x",
    "a;b", "é", "${a}", "x${a}y", "${oc.env:WGRAD_CASE}", "${", "range(3)", "choice(1,2)", "x(", "[a b, c]",
    "-", "+", ".", "a|b", "?", "???", "1,2", "[,]", "{a:}", "TrUe", "nUlL", "1e", "e1", "--1", "1-2", "_x",
]
for value in VALUES:
    one(f"value {value!r}", "a: 1\nk: 0\n", f"k={value}")

# Keys and the four kinds of overrides.
OVERRIDES = [
    ["b.c=5"], ["b.d=[9]"], ["b.d.0=9"], ["b.d.5=9"], ["b.d.x=9"], ["b.x=1"], ["x=1"], ["+x=1"], ["+b.x=1"],
    ["+b.c=5"], ["++b.c=5"], ["++b.x=5"], ["++x.y.z=5"], ["+x.y.z=5"], ["+e=1"], ["e=1"], ["~a"], ["~b.c"],
    ["~b"], ["~x"], ["~a=1"], ["~a=2"], ["~b.d.0"], ["a.x=1"], ["+a.x=1"], ["b=7"], ["b={c:9}"], ["b={x:9}"],
    ["+b={x:9}"], ["++b={x:9}"], ["b=null"], ["a=[1]"], ["a={x:1}"], ["+x={y:1}", "x.y=2"], ["a=1", "a=2"],
    ["+x=1", "+x=2"], ["a"], ["=1"], ["a b=1"], ["a..b=1"], [".a=1"], ["a.=1"], ["+=1"], ["+++a=1"], ["~~a"],
    ["a-b=1"], ["+a-b=1"], ["+a_b.c-d=1"], ["+1=2"], ["+a.1=2"], ["+x.1.y=2"], ["-a=1"], ["+$x=1"], ["+x.$y=1"],
    ["+a/b=1"], ["a@b=1"], ["+b.d=[7]"], ["~e"], ["~e=null"], ["f=${a}", "a=4"], ["+g={h: '${a}'}"],
    ["+o={10:x,2:y,b:z}"], ["a=???"],
]
for args in OVERRIDES:
    add("override " + " ".join(args), FLAT, *args)

# Groups on the command line.
GROUPS = [
    [], ["db=postgres"], ["db=oracle"], ["db=null"], ["~db"], ["~db=mysql"], ["~db=postgres"], ["+server=apache"],
    ["server=apache"], ["++server=apache"], ["+db=postgres"], ["db=postgres", "db.port=1"], ["db.port=1", "db=postgres"],
    ["+server@web=nginx"], ["+server@web=nginx", "+server@proxy=apache"], ["db@x=postgres"], ["+server@_global_=nginx"],
    ["db={port:1}"], ["db=5"], ["db=[mysql,postgres]"], ["+server=[apache,nginx]"], ["db=db"], ["nosuch=mysql"],
    ["db.user=x"], ["db=postgres", "db.user=x"], ["db=postgres", "+db.user=x"], ["~server"], ["+server=iis"],
    ["db=Mysql"], ["db='mysql'"], ["+server@a.b=nginx"], ["port=1", "debug=true"],
]
for args in GROUPS:
    add("group " + (" ".join(args) or "(none)"), SHOP, *args)


# Defaults lists.
def defaults(name, files, *args):
    add("defaults: " + name, files, *args)


X = {"x/one.yaml": "v: 1\nonly: one\n", "x/two.yaml": "v: 2\n"}
defaults("no _self_ comes last", {**X, "config.yaml": "defaults:\n  - x: one\nx: {v: 9}\n"})
defaults("_self_ first", {**X, "config.yaml": "defaults:\n  - _self_\n  - x: one\nx: {v: 9}\n"})
defaults("_self_ between", {
    **X, "config.yaml": "defaults:\n  - x: one\n  - _self_\n  - y: a\nx: {v: 9}\ny: {w: 9}\n", "y/a.yaml": "w: 1\n"})
defaults("_self_ twice", {**X, "config.yaml": "defaults:\n  - _self_\n  - x: one\n  - _self_\n"})
defaults("null option", {**X, "config.yaml": "defaults:\n  - x: null\na: 1\n"})
defaults("null option overridden", {**X, "config.yaml": "defaults:\n  - x: null\n"}, "x=two")
defaults("missing option ???", {**X, "config.yaml": "defaults:\n  - x: ???\n"})
defaults("missing option ??? given", {**X, "config.yaml": "defaults:\n  - x: ???\n"}, "x=two")
defaults("optional that is not there", {**X, "config.yaml": "defaults:\n  - optional x: three\n  - optional z: q\na: 1\n"})
defaults("optional that is there", {**X, "config.yaml": "defaults:\n  - optional x: two\n"})
defaults("required that is not there", {**X, "config.yaml": "defaults:\n  - x: three\n"})
defaults("another file", {"config.yaml": "defaults:\n  - base\n  - _self_\na: 2\n", "base.yaml": "a: 1\nb: 1\n"})
defaults("another file that is not there", {"config.yaml": "defaults:\n  - base\na: 2\n"})
defaults("another file in a group", {**X, "config.yaml": "defaults:\n  - x/one\n  - _self_\n"})
defaults("another file in a package", {**X, "config.yaml": "defaults:\n  - x/one@here\n"})
defaults("several options", {**X, "config.yaml": "defaults:\n  - x: [one, two]\n"})
defaults("several options the other way", {**X, "config.yaml": "defaults:\n  - x: [two, one]\n"})
defaults("several options overridden by one", {**X, "config.yaml": "defaults:\n  - x: [one, two]\n"}, "x=two")
defaults("several options overridden by several", {**X, "config.yaml": "defaults:\n  - x: one\n"}, "x=[two,one]")
defaults("package", {**X, "config.yaml": "defaults:\n  - x@y: one\n"})
defaults("package overridden", {**X, "config.yaml": "defaults:\n  - x@y: one\n"}, "x@y=two")
defaults("package overridden without it", {**X, "config.yaml": "defaults:\n  - x@y: one\n"}, "x=two")
defaults("package twice", {**X, "config.yaml": "defaults:\n  - x@y: one\n  - x@z: two\n"})
defaults("global package", {**X, "config.yaml": "defaults:\n  - x@_global_: one\n"})
defaults("_here_ package", {**X, "config.yaml": "defaults:\n  - x@_here_: one\n"})
defaults("same group twice", {**X, "config.yaml": "defaults:\n  - x: one\n  - x: two\n"})
defaults("same group twice with one option", {**X, "config.yaml": "defaults:\n  - x: one\n  - x: one\n"})
defaults("override", {**X, "config.yaml": "defaults:\n  - base\n  - override x: two\n", "base.yaml": "defaults:\n  - x: one\n"})
defaults("override loses to the command line", {
    **X, "config.yaml": "defaults:\n  - base\n  - override x: two\n", "base.yaml": "defaults:\n  - x: one\n"}, "x=one")
defaults("override of what is not there", {**X, "config.yaml": "defaults:\n  - _self_\n  - override x: two\n"})
defaults("override before others", {**X, "config.yaml": "defaults:\n  - override x: two\n  - x: one\n"})
defaults("override to null", {**X, "config.yaml": "defaults:\n  - base\n  - override x: null\n", "base.yaml": "defaults:\n  - x: one\na: 1\n"})
defaults("override with a package", {
    **X, "config.yaml": "defaults:\n  - base\n  - override x@y: two\n", "base.yaml": "defaults:\n  - x@y: one\n"})
defaults("outer override wins", {
    **X, "config.yaml": "defaults:\n  - mid\n  - override x: two\n",
    "mid.yaml": "defaults:\n  - base\n  - override x: one\n", "base.yaml": "defaults:\n  - x: one\n"})
defaults("file that includes itself", {"config.yaml": "defaults:\n  - config\n"})
defaults("files that include each other", {"config.yaml": "defaults:\n  - a\n", "a.yaml": "defaults:\n  - b\n", "b.yaml": "defaults:\n  - a\n"})
defaults("not a list", {"config.yaml": "defaults: x\n"})
defaults("a map", {"config.yaml": "defaults: {x: one}\n"})
defaults("two keys in an entry", {**X, "config.yaml": "defaults:\n  - {x: one, y: two}\n"})
defaults("a number as option", {**X, "config.yaml": "defaults:\n  - x: 1\n", "x/1.yaml": "v: 1\n"})
defaults("a number as entry", {"config.yaml": "defaults:\n  - 5\n"})
defaults("empty list", {"config.yaml": "defaults: []\na: 1\n"})
defaults("option with .yaml", {**X, "config.yaml": "defaults:\n  - x: one.yaml\n"})

NEST = {
    "config.yaml": "defaults:\n  - db: main\n  - _self_\n",
    "db/main.yaml": "defaults:\n  - engine: inno\n  - _self_\nname: main\nengine: {size: 5}\n",
    "db/engine/inno.yaml": "kind: inno\nsize: 1\n",
    "db/engine/myisam.yaml": "kind: myisam\n",
    "log/file.yaml": "to: file\n",
}
defaults("group in a group", NEST)
defaults("group in a group overridden", NEST, "db/engine=myisam")
defaults("group in a group by a wrong name", NEST, "engine=myisam")
defaults("absolute group", {**NEST, "db/main.yaml": "defaults:\n  - /log: file\n  - _self_\nname: main\n"})
defaults("absolute group at a package", {**NEST, "db/main.yaml": "defaults:\n  - /log@here: file\nname: main\n"})
defaults("absolute group at a global package", {**NEST, "db/main.yaml": "defaults:\n  - /log@_global_.log: file\nname: main\n"})
defaults("absolute group overridden", {**NEST, "db/main.yaml": "defaults:\n  - /log@here: file\nname: main\n", "log/none.yaml": "to: none\n"}, "log@db.here=none")
defaults("subfolder from the root", {**NEST, "config.yaml": "defaults:\n  - db/engine: inno\n"})
defaults("subfolder from the root with a package", {**NEST, "config.yaml": "defaults:\n  - db/engine@motor: inno\n"})
defaults("override from within", {**NEST, "config.yaml": "defaults:\n  - db: main\n  - override db/engine: myisam\n"})
defaults("override in an option", {
    **NEST, "config.yaml": "defaults:\n  - log: file\n  - exp: a\n", "log/none.yaml": "to: none\n",
    "exp/a.yaml": "# @package _global_\ndefaults:\n  - override /log: none\nlr: 1\n"})
defaults("group without options", {**NEST, "config.yaml": "defaults:\n  - nothing: here\n"})
defaults("interpolated option", {
    **SHOP, "config.yaml": "defaults:\n  - db: mysql\n  - server: apache\n  - combo: ${db}_${server}\n",
    "combo/mysql_apache.yaml": "c: ma\n", "combo/postgres_apache.yaml": "c: pa\n"})
defaults("interpolated option follows an override", {
    **SHOP, "config.yaml": "defaults:\n  - db: mysql\n  - server: apache\n  - combo: ${db}_${server}\n",
    "combo/mysql_apache.yaml": "c: ma\n", "combo/postgres_apache.yaml": "c: pa\n"}, "db=postgres")
defaults("interpolated option of an unknown group", {**SHOP, "config.yaml": "defaults:\n  - db: ${nope}\n"})
defaults("deletion within", NEST, "~db/engine")


# Package lines.
def package(name, line, *args, body="v: 1\n"):
    add("package: " + name, {"config.yaml": "defaults:\n  - g: o\nw: 0\n", "g/o.yaml": line + body}, *args)


package("_global_", "# @package _global_\n")
package("a.b", "# @package a.b\n")
package("_global_.a", "# @package _global_.a\n")
package("behind an empty line", "\n# @package _global_\n")
package("behind a comment", "# words\n# @package _global_\n")
package("behind a value", "u: 2\n# @package _global_\n")
package("two words", "# @package a b\n")
package("without a name", "# @package\n")
package("more hashes", "## @package a\n")
add("package: in the root", {"config.yaml": "# @package a\nv: 1\n"})
add("package: entry wins over line", {"config.yaml": "defaults:\n  - g@h: o\n", "g/o.yaml": "# @package p\nv: 1\n"})
add("package: global line in a nested group", {
    "config.yaml": "defaults:\n  - g: o\n", "g/o.yaml": "defaults:\n  - s: t\nv: 1\n", "g/s/t.yaml": "# @package _global_\nt: 1\n"})
add("package: relative group below a global file", {
    "config.yaml": "defaults:\n  - g: o\n", "g/o.yaml": "# @package _global_\ndefaults:\n  - s: t\nv: 1\n", "g/s/t.yaml": "t: 1\n"})

# Interpolation.
INTERPOLATIONS = {
    "absolute": "a: 1\nb: ${a}\n",
    "in text": "a: 1\nb: x${a}y${a}\n",
    "of a map": "a: {x: 1}\nb: ${a}\n",
    "of a list": "a: [1, 2]\nb: ${a}\n",
    "through a map": "a: {x: {y: 1}}\nb: ${a.x.y}\n",
    "by brackets": "a: {x: [7, 8]}\nb: ${a[x][1]}\nc: ${a.x[0]}\n",
    "by position": "a: [7, 8]\nb: ${a.1}\n",
    "beside": "a:\n  x: 1\n  y: ${.x}\n",
    "above": "x: 5\na:\n  y: ${..x}\n  z: {w: \"${...x}\"}\n",
    "above the top": "a: {y: \"${....x}\"}\nx: 1\n",
    "in a list": "a: 1\nb: [\"${a}\", \"${.0}\"]\n",
    "nested": "k: x\na: {x: 1}\nb: ${a.${k}}\n",
    "nested as a whole": "k: a\na: 3\nb: ${${k}}\n",
    "chain": "a: ${b}\nb: ${c}\nc: 4\n",
    "chain through maps": "a: ${b.x}\nb: ${c}\nc: {x: 4}\n",
    "cycle": "a: ${b}\nb: ${a}\n",
    "cycle of one": "a: ${a}\n",
    "cycle through a map": "a: {b: \"${a}\"}\n",
    "of nothing": "a: ${b}\n",
    "of nothing within": "a: ${b.c}\nb: {d: 1}\n",
    "of a missing value": "a: ${b}\nb: ???\n",
    "of null": "a: ${b}\nb: null\n",
    "of null in text": "a: x${b}\nb: null\n",
    "of booleans in text": "a: x${b}${c}\nb: true\nc: false\n",
    "of small numbers in text": "a: x${b} ${c} ${d}\nb: 1e-5\nc: 0.0001\nd: 1e22\n",
    "of a float in text": "a: x${b}\nb: 0.25\n",
    "of a whole float in text": "a: x${b}\nb: 2.0\n",
    "of a list in text": "a: x${b}\nb: [1, x, null, true]\n",
    "of a map in text": "a: x${b}\nb: {c: 1, d: y}\n",
    "escaped": "a: 1\nb: \\${a}\n",
    "escaped twice": "a: 1\nb: \\\\${a}\n",
    "escaped thrice": "a: 1\nb: \\\\\\${a}\n",
    "escaped within": "a: 1\nb: x\\${a}y${a}\n",
    "dollar alone": "a: $b\nb: \"5$\"\n",
    "unclosed": "a: ${b\nb: 1\n",
    "empty": "a: \"${}\"\n",
    "with white space": "a: 1\nb: \"${ a }\"\n",
    "environment": "a: ${oc.env:WGRAD_CASE}\n",
    "environment number": "a: ${oc.env:WGRAD_NUMBER}\n",
    "environment default": "a: ${oc.env:WGRAD_NONE,7}\n",
    "environment default text": "a: ${oc.env:WGRAD_NONE,a b}\n",
    "environment default quoted": "a: ${oc.env:WGRAD_NONE,'a, b'}\n",
    "environment default null": "a: ${oc.env:WGRAD_NONE,null}\n",
    "environment default empty": "a: ${oc.env:WGRAD_NONE,''}\n",
    "environment default interpolated": "a: ${oc.env:WGRAD_NONE,${b}}\nb: 5\n",
    "environment default path": "a: ${oc.env:WGRAD_NONE,/x/y.z}\n",
    "environment name interpolated": "n: CASE\na: ${oc.env:WGRAD_${n}}\n",
    "environment without it": "a: ${oc.env:WGRAD_NONE}\n",
    "environment too many": "a: ${oc.env:A,B,C}\n",
    "decode": "a: \"${oc.decode:'[1, {b: x}]'}\"\n",
    "decode the environment": "a: ${oc.decode:${oc.env:WGRAD_NUMBER}}\n",
    "decode text": "a: ${oc.decode:abc}\n",
    "select": "a: ${oc.select:b.c,9}\nb: {c: 1}\n",
    "select a default": "a: ${oc.select:b.d,9}\nb: {c: 1}\n",
    "create": "a: \"${oc.create:{x: 1, y: [2]}}\"\n",
    "keys": "a: ${oc.dict.keys:b}\nb: {x: 1, y: 2}\n",
    "values": "a: ${oc.dict.values:b}\nb: {x: 1, y: 2}\n",
    "unknown resolver": "a: ${nope:1}\n",
    "hydra job": "a: ${hydra:job.num}\nb: ${hydra:job.config_name}\n",
    "hydra name": "a: ${hydra:job.config_name}_${hydra:job.num}\n",
    "hydra nothing": "a: ${hydra:nope}\n",
    "quoted in YAML": "a: 'x'\nb: '${a}'\n",
    "key with a dash": "a-b: 1\nc: ${a-b}\n",
    "of what refers beside": "a:\n  x: 1\n  y: ${.x}\nb: ${a.y}\nc: ${a}\n",
}
for name, text in INTERPOLATIONS.items():
    one("interpolation: " + name, text)
one("interpolation: sees overrides", "a: 1\nb: ${a}\n", "a=2")
one("interpolation: in an override", "a: 1\nb: {c: 2, d: 0}\n", "b.d=${a}", "b.c=${.d}")
one("interpolation: nested in an override", "k: x\na: {x: 1}\nb: 0\n", "b=${a.${k}}")
one("interpolation: quoted in an override", "k: x\na: {x: 1}\nb: 0\n", "b='${a.${k}}'")
one("interpolation: replaced by a map", "a: {x: 1}\nb: ${a}\n", "b={y:2}")

# YAML.
YAML = {
    "booleans of YAML 1.1": "a: yes\nb: No\nc: on\nd: OFF\ne: y\nf: n\ng: True\n",
    "numbers": "a: 1e-3\nb: 1.5e3\nc: .5\nd: 0x10\ne: 0b11\nf: 1_000\ng: +1\nh: .inf\ni: 1e5\n",
    "octal": "a: 010\n",
    "leading zero": "a: [00, 07, 08]\n",
    "base 60": "a: 1:30\n",
    "dates stay text": "a: 2024-01-02\n",
    "nulls": "a: ~\nb: null\nc:\nd: Null\n",
    "quotes": "a: '1'\nb: \"true\"\nc: 'it''s'\nd: \"a\\nb\"\n",
    "blocks": "a: |\n  x\n  y\nb: >-\n  x\n  y\n",
    "anchors": "a: &x {v: 1}\nb: *x\nc: {<<: *x, w: 2}\n",
    "merge loses to own keys": "a: &x {v: 1, w: 1}\nc: {w: 2, <<: *x}\n",
    "merge of two": "a: &x {v: 1}\nb: &y {v: 2, w: 2}\nc: {<<: [*x, *y]}\n",
    "same key twice": "a: 1\na: 2\n",
    "empty file": "",
    "only comments": "# nothing\n",
    "a list at the top": "- 1\n",
    "text at the top": "word\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "broken": "a: [1\n",
    "tab": "a:\n\tb: 1\n",
    "integer keys keep their order": "10: a\n2: b\nx: c\n1: d\n",
    "a tag for text": "a: !!str 1\n",
    "a tag for Python": "a: !!python/object/apply:os.getcwd []\n",
    "missing value": "a: ???\nb: 1\n",
    "__proto__": "__proto__: {x: 1}\nconstructor: 2\n",
    "alias without anchor": "a: *x\n",
    "unicode": "a: é漢\n\"ключ\": 1\n",
    "big integer": "a: 12345678901234567890\n",
    "flow over lines": "a: [1,\n  2,\n  3]\n",
}
for name, text in YAML.items():
    one("yaml: " + name, text)

# Merging.
MERGES = {
    "maps": ("x: {a: 1, m: {p: 1}}\n", "a: 2\nm: {q: 2}\n"),
    "lists are replaced": ("x: {l: [1, 2]}\n", "l: [3]\n"),
    "scalar over map": ("x: {m: {p: 1}}\n", "m: 5\n"),
    "map over scalar": ("x: {m: 5}\n", "m: {p: 1}\n"),
    "null over map": ("x: {m: {p: 1}}\n", "m: null\n"),
    "map over null": ("x: {m: null}\n", "m: {p: 1}\n"),
    "missing over scalar": ("x: {a: 1}\n", "a: ???\n"),
    "missing over map": ("x: {m: {p: 1}}\n", "m: ???\n"),
    "scalar over missing": ("x: {a: \"???\"}\n", "a: 1\n"),
    "interpolation over map": ("y: {z: 1}\nx: {m: {p: 1}}\n", "m: ${y}\n"),
    "map over interpolation": ("y: {z: 1}\nx: {m: \"${y}\"}\n", "m: {p: 1}\n"),
    "order of keys": ("x: {b: 1, a: 2}\n", "c: 3\na: 4\n"),
}
for name, (under, over) in MERGES.items():
    add("merge: " + name, {"config.yaml": "defaults:\n  - _self_\n  - x: o\n" + under, "x/o.yaml": over})

# Sweeps: the jobs of a command line with -m.
SWEEPS = [
    ["a=1,2"], ["a=1,2", "b=x,y"], ["a=range(1,4)"], ["a=range(3)"], ["a=range(0,1,0.25)"], ["a=range(0.1,0.4,0.1)"],
    ["a=range(5,1,-2)"], ["a=range(start=1,stop=3)"], ["a=choice(x,y)"], ["a=choice([1,2],{b:3})"], ["a=[1,2],[3]"],
    ["a='x,y',z"], ["a=x\\,y,z"], ["a=int('1','2')"], ["a=str(range(1,3))"], ["a=float(range(1,3))"],
    ["a=sort(3,1,2)"], ["a=sort(choice(b,a),reverse=true)"], ["a=sort(range(1,4),reverse=true)"], ["a=tag(t,choice(1,2))"],
    ["a=1,2", "c=5"], ["+a=1,2"], ["++a=1,2"], ["db=mysql,postgres"], ["db=glob(*)"], ["db=glob(*,exclude=my*)"],
    ["db=glob([m*,p*])"], ["a=1,2", "a=3,4"], ["a=true,null,1.5"], ["a=${b},2"], ["a=interval(0,1)"], ["~a"],
    ["a=choice(choice(1,2),3)"], ["a=choice()"], ["a=range(1,4,0)"], ["a=1e-3,1e-4"], ["a=a b,c"], ["a=''"],
    ["a=\"q\\\"\",'p'"], ["a={x:1,y:[2,3]},{}"], ["db@x=mysql,postgres"], ["a="],
]
for args in SWEEPS:
    add("sweep " + " ".join(args), SHOP, *args, sweep=True)

# Roots.
add("root: by name", {**FLAT, "other.yaml": "z: 1\n"}, root="other")
add("root: that is not there", FLAT, root="nothing")
add("root: in a folder", {"exp/one.yaml": "a: 1\n"}, root="exp/one")
