# pragma version ==0.4.3
# pragma evm-version london

"""
@title Anchor
@notice Takes the size and the root hash of an append-only log. For each size there is one root at most, and no
    smaller size follows a larger one. The root is in the event alone: the slot of the size is all that is stored.
"""

event Anchored:
    size: indexed(uint64)
    root: bytes32

# Who may anchor: whoever deployed the contract, for good. It stands in the code, where reading costs next to nothing.
owner: public(immutable(address))

# The largest size so far.
size: public(uint64)


@deploy
def __init__():
    owner = msg.sender


@external
def anchor(size: uint64, root: bytes32):
    assert msg.sender == owner, "only the owner"
    assert size > self.size, "size must grow"
    self.size = size
    log Anchored(size=size, root=root)
