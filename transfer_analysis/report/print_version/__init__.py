"""The report on paper: the finished page set anew by Typst, so that both hold the same words and numbers.

Read in this order: `markup` (what becomes of each element of the page), `tables` (of each table), `typesetting` (to
PDF, the same bytes every time), `layout.typ` (how it looks), `verification` (the PDF's text against the page's).
"""
