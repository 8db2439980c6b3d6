// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INames} from "../../src/names/INames.sol";
import {Names} from "../../src/names/Names.sol";
import {Test} from "../support/Test.sol";

/// @dev Two owners with three nodes each, who name them in all sorts of ways, and a stranger who tries.
contract NamesHandler is Test {
    uint256 public constant NODES = 6;
    uint256 public constant WORDS = 4;

    Names public names;
    address[2] private _owners = [address(0x0A), address(0x0B)];
    string[WORDS] private _words = ["a", "a1", "a-1", "abcdefghijklmnopqrstuvwxyz012345"];
    /// @dev The handler's own book: what each node was called last.
    mapping(address node => string) private _given;
    uint256 public takenTwice;
    uint256 public namedByStrangers;

    constructor() {
        deployNodes();
        names = new Names(nodes);
        for (uint256 i; i < NODES; ++i) {
            registerNode(nodeAt(i), ownerOf(i));
        }
    }

    function nodeAt(uint256 i) public pure returns (address) {
        return address(uint160(0xB0 + i));
    }

    function ownerOf(uint256 i) public view returns (address) {
        return _owners[i % 2];
    }

    function wordAt(uint256 i) public view returns (string memory) {
        return _words[i];
    }

    function givenTo(uint256 i) public view returns (string memory) {
        return _given[nodeAt(i)];
    }

    function setName(uint256 who, uint256 what) external {
        who %= NODES;
        string memory word = _words[what % WORDS];
        address holder = names.nodeOf(ownerOf(who), word);
        bool isTaken = holder != address(0) && holder != nodeAt(who);
        vm.prank(ownerOf(who));
        try names.setName(nodeAt(who), word) {
            if (isTaken) ++takenTwice;
            _given[nodeAt(who)] = word;
        } catch {
            vm.assertTrue(isTaken, "a free name was refused");
        }
    }

    function clearName(uint256 who) external {
        who %= NODES;
        vm.prank(ownerOf(who));
        names.setName(nodeAt(who), "");
        delete _given[nodeAt(who)];
    }

    function trespass(uint256 who, uint256 what) external {
        who %= NODES;
        vm.prank(ownerOf(who + 1));
        try names.setName(nodeAt(who), _words[what % WORDS]) {
            ++namedByStrangers;
        } catch {}
    }
}

contract NamesInvariants is Test {
    NamesHandler private handler;
    INames private names;

    function setUp() public {
        handler = new NamesHandler();
        names = handler.names();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_NoTwoNodesOfOneOwnerShareAName() public view {
        vm.assertEq(handler.takenTwice(), 0, "a name was taken twice");
        for (uint256 i; i < handler.NODES(); ++i) {
            for (uint256 j; j < i; ++j) {
                if (handler.ownerOf(i) != handler.ownerOf(j)) continue;
                bytes memory name = bytes(names.nameOf(handler.nodeAt(i)));
                bool isSame = keccak256(name) == keccak256(bytes(names.nameOf(handler.nodeAt(j))));
                vm.assertTrue(name.length == 0 || !isSame, "two nodes share a name");
            }
        }
    }

    function invariant_NameOfAndNodeOfAreInverse() public view {
        for (uint256 i; i < handler.NODES(); ++i) {
            string memory name = names.nameOf(handler.nodeAt(i));
            if (bytes(name).length == 0) continue;
            vm.assertTrue(names.nodeOf(handler.ownerOf(i), name) == handler.nodeAt(i), "a name leads elsewhere");
        }
        for (uint256 o; o < 2; ++o) {
            for (uint256 w; w < handler.WORDS(); ++w) {
                address node = names.nodeOf(handler.ownerOf(o), handler.wordAt(w));
                if (node == address(0)) continue;
                bool isSame = keccak256(bytes(names.nameOf(node))) == keccak256(bytes(handler.wordAt(w)));
                vm.assertTrue(isSame, "a node does not know its name");
            }
        }
    }

    function invariant_ANodeIsCalledWhatItsOwnerCalledItLast() public view {
        vm.assertEq(handler.namedByStrangers(), 0, "a stranger named a node");
        for (uint256 i; i < handler.NODES(); ++i) {
            vm.assertEq(bytes(names.nameOf(handler.nodeAt(i))), bytes(handler.givenTo(i)));
        }
    }
}
