// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Names: what the owner of a node calls it.
/// @notice A name helps people to tell nodes apart; it proves nothing. It is unique among the nodes of one owner and no
/// further: two owners may each have an "alpha", so nothing can be squatted and nobody decides who deserves a name, and
/// whoever shows a name shows the short address beside it. Lower-case ASCII leaves no letters of another script and no
/// capitals to mistake; "l" and "1" remain, which is another reason for the address.
///
/// Who may do what: the owner of a node in Nodes names it, nobody else names anything. An operator may put another
/// account down as the owner of its node, and has gained nothing by it: it takes none of the owner's names. There is no
/// admin and no fee, nothing expires, and nothing is called but the registry, which only answers.
///
/// Assumes: Nodes never gives a node another owner. Invariants: no two nodes of one owner share a name; nodeOf(owner,
/// nameOf(node)) is the node for every node of that owner with a name, and zero for every name no node has.
interface INames {
    /// @notice From now on the node has this name; an empty one: it has none.
    event Named(address indexed node, address indexed owner, string name);

    /// @notice Only the owner of the node names it.
    error NotOwner(address node, address caller, address owner);
    /// @notice A name has up to NAME_MAX characters.
    error NameTooLong(uint256 length, uint256 max);
    /// @notice Allowed are a to z, 0 to 9, and single hyphens that neither begin nor end the name. `at` counts from
    /// zero.
    error BadCharacter(uint256 at, bytes1 character);
    /// @notice Another node of the owner has the name: clear or change that one first.
    error NameTaken(address owner, string name, address node);

    /// @notice Names a node, in place of its earlier name, which is free again at once for the nodes of the same owner.
    /// The empty name takes the node's name away. The name it has already is accepted, and says so again.
    /// Reverts: NotOwner, NameTooLong, BadCharacter, NameTaken, and INodes.NotRegistered.
    function setName(address node, string calldata name) external;

    /// @notice The node's name; empty when it has none.
    function nameOf(address node) external view returns (string memory);

    /// @notice The node to which the owner gave the name; zero when there is none, or when this can be no name.
    function nodeOf(address owner, string calldata name) external view returns (address node);

    /// @notice Longest name, characters.
    function NAME_MAX() external view returns (uint256);
}
