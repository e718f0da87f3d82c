"""The report: one HTML page whose every number is the summary's, and the check that it is so.

Read in this order: `numbers` (how a number is written and marked), `answer` (sentences that follow the numbers),
`figures` (captions), `page` (the template's input), `verification` (the finished page against the summary).
"""
