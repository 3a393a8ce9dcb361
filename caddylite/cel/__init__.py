"""CEL, the Common Expression Language, as cel-go 0.32 with its libraries for strings, lists, math
and bindings understands it: text → tokens → syntax tree → types → a function that is called.

The language is defined at https://github.com/google/cel-spec/blob/master/doc/langdef.md.
"""
