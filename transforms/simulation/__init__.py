"""What calls would have cost otherwise: levers, each a function of one signature, applied one after the other.

`levers` holds what each lever leaves of a cost, `sequence` applies them to cases, `observing` finds in the calls of a
period what each lever could do there, `typed` makes a case of figures somebody names. A lever leaves a factor of each
part of a call's cost, and factors multiply: whichever comes first, the same is left in the end.
"""
