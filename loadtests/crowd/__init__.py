"""A crowd for locust: buyers, sellers, mediators and carriers who do what their last answer allows, while time is moved under them.

    locust -f loadtests/locustfile.py --host http://127.0.0.1:8080 --sandboxes 4 --users 20 --run-time 60s
    make load                                        # the same with a server of its own, and a report

    mix          how often each kind of step is taken: data (mix.toml), read and checked
    bodies       what an action is sent with, drawn from what was seen, so that it is legal
    people       who takes which step next; they ask through whatever carries their calls, and know nothing of locust
    judging      which refusals are to be expected among many, and which are faults
    curves       how many users there shall be at which time
    recording    what was answered and how long it took, in windows of time
    control      the control plane: sandboxes made, audited and deleted
    verdicts     whether a run was well, and whether it stayed as it began
    report       a run's numbers as JSON, and as a page with plots (drawing)
    options, users, running    the parts that know locust

Only the last three import locust, which patches the standard library of whatever process it is imported into.
"""
