"""URLPattern, after the standard (https://urlpattern.spec.whatwg.org), as far as requests need it.

``tokens`` cuts a pattern into tokens, ``constructor`` a whole URL's pattern into components,
``parts`` compiles a component, ``canonical`` writes texts as a URL parser would, and ``pattern``
puts it together.
"""
