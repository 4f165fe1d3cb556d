"""The desk (工作台): pages by which everybody who is written to answers. It knows no business of its own.

Every act is the same command as the form's and the command line's, every figure the same as `show`, `next` and
`forecast` print. What it adds is who comes by which way, and what that lets them do.
"""
