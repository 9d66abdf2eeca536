"""``drift status``: which jobs have run when they should have.

`looking` reads what each job says of itself, `job_status` is what is made of it, and `tables` says
so. Nothing is written.
"""
