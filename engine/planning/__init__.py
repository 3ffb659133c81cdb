"""Planning: the operations that bring an environment to what golden holds.

The contract, for whoever calls it::

    load_environment(ws, store)                      # temp tables there_contact, there_property, there_sale
    plan = plan_operations(ws, book, base)           # fills planning.operation and planning.held
    plan.refuse_removals()                           # unless somebody accepted more than the ceiling
    carry_out(ws, import_rules, base)                # the environment as the plan will leave it, in there_*

It reads golden.contact, golden.former_number, delivery.operation and delivery.after (what a contact of golden looks
like as INSERT and completing UPDATEs), planning.request (contact_number, operation, reason) and planning.qualification
(criteria and types of structures that lists give); no such table = nobody asked anything. ``store`` is any
:class:`engine.target.Store`; an environment that does not exist yet is planned against with
``load_environment(ws, None)``.

What a contact should look like there is not computed but imported: the INSERTs and their completing UPDATEs are applied
to an empty base by the import's own rules (:func:`engine.target.answer_lines`), so that cut names, stored phones,
defaults and refused values are compared as the environment would hold them. Hence the same golden base again gives no
operation, and so does planning again once a plan is applied.

==================== ========================= ====================================================================
there                golden                    operation
==================== ========================= ====================================================================
no                   yes                       INSERT, completed by UPDATEs in part ``after``
active, equal        yes                       none
active, different    yes                       UPDATE, cells that change; emptied = ``=``
invalid              yes                       UPDATEACT (or none, by rule)
anonymised           yes                       held: anonymised_there
active               joined into a head        by rule, INVALIDATE; with sales held, to be merged by hand
active               gone                      by rule, none: held
any                  somebody's request        that operation and no other, where it is not done yet
another number       unknown to golden         none: not ours
==================== ========================= ====================================================================

Order (row_no): addresses given up (``free``), then ``main``: changes that give up an address another row takes, changes
of structures, other changes, new structures, new relays by structure, new individuals; then ``after``, ``qualify`` and
``remove``: whoever is joined is removed when its head is up to date. A contact counts once: rows of main and remove.
"""

from engine.planning.carry_out import carry_out
from engine.planning.plan import Plan, load_environment, plan_operations

__all__ = ["Plan", "carry_out", "load_environment", "plan_operations"]
