// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INodes} from "../src/interfaces/INodes.sol";
import {INames} from "../src/names/INames.sol";
import {Names} from "../src/names/Names.sol";
import {Test} from "./support/Test.sol";

contract NamesTest is Test {
    address private constant OWNER = address(0xA2);
    address private constant OTHER_OWNER = address(0xA3);
    address private constant FIRST = address(0xB1);
    address private constant SECOND = address(0xB2);
    address private constant FOREIGN = address(0xB3);
    Names private names;

    function setUp() public {
        deployNodes();
        names = new Names(nodes);
        registerNode(FIRST, OWNER);
        registerNode(SECOND, OWNER);
        registerNode(FOREIGN, OTHER_OWNER);
    }

    function call(address node, string memory name) private {
        vm.prank(nodes.node(node).owner);
        names.setName(node, name);
    }

    function expectName(address node, string memory name) private view {
        vm.assertEq(bytes(names.nameOf(node)), bytes(name));
    }

    // ── Naming

    function test_ANodeIsFoundUnderTheNameItsOwnerGaveIt() public {
        expectName(FIRST, "");
        vm.expectEmit(address(names));
        emit INames.Named(FIRST, OWNER, "alpha");
        vm.prank(OWNER);
        names.setName(FIRST, "alpha");
        expectName(FIRST, "alpha");
        vm.assertEq(names.nodeOf(OWNER, "alpha"), FIRST);
    }

    function test_OnlyTheOwnerNamesANodeAndNotItsOperator() public {
        address[3] memory callers = [FIRST, OTHER_OWNER, address(this)];
        for (uint256 i; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(INames.NotOwner.selector, FIRST, callers[i], OWNER));
            vm.prank(callers[i]);
            names.setName(FIRST, "alpha");
        }
    }

    function test_WhatIsNoNodeHasNoName() public {
        vm.expectRevert(abi.encodeWithSelector(INodes.NotRegistered.selector, OWNER));
        vm.prank(OWNER);
        names.setName(OWNER, "alpha");
        expectName(OWNER, "");
        expectName(address(0), "");
    }

    function test_TheNodesOfOneOwnerShareNoName() public {
        call(FIRST, "alpha");
        vm.expectRevert(abi.encodeWithSelector(INames.NameTaken.selector, OWNER, "alpha", FIRST));
        vm.prank(OWNER);
        names.setName(SECOND, "alpha");
    }

    function test_TwoOwnersMayEachHaveAnAlpha() public {
        call(FIRST, "alpha");
        call(FOREIGN, "alpha");
        vm.assertEq(names.nodeOf(OWNER, "alpha"), FIRST);
        vm.assertEq(names.nodeOf(OTHER_OWNER, "alpha"), FOREIGN);
    }

    function test_ANameThatWasClearedOrChangedIsFreeForTheOwnersOtherNodes() public {
        call(FIRST, "alpha");
        call(FIRST, "beta");
        vm.assertEq(names.nodeOf(OWNER, "alpha"), address(0));
        call(SECOND, "alpha");
        vm.expectEmit(address(names));
        emit INames.Named(FIRST, OWNER, "");
        vm.prank(OWNER);
        names.setName(FIRST, "");
        expectName(FIRST, "");
        vm.assertEq(names.nodeOf(OWNER, "beta"), address(0));
        call(SECOND, "beta");
        call(FIRST, "alpha");
        vm.assertEq(names.nodeOf(OWNER, "alpha"), FIRST);
        vm.assertEq(names.nodeOf(OWNER, "beta"), SECOND);
    }

    function test_TheSameNameMayBeGivenAgainAndNoNameTakenAgain() public {
        call(FIRST, "");
        call(FIRST, "alpha");
        call(FIRST, "alpha");
        vm.assertEq(names.nodeOf(OWNER, "alpha"), FIRST);
        call(FIRST, "");
        call(FIRST, "");
        vm.assertEq(names.nodeOf(OWNER, ""), address(0));
    }

    // ── Attacks

    function test_AStrangerWhoPutsAnOwnerDownForItsNodeTakesNoNameOfIt() public {
        address stranger = address(0xEE);
        registerNode(stranger, OWNER);
        vm.expectRevert(abi.encodeWithSelector(INames.NotOwner.selector, stranger, stranger, OWNER));
        vm.prank(stranger);
        names.setName(stranger, "alpha");
        call(FIRST, "alpha");
        vm.assertEq(names.nodeOf(OWNER, "alpha"), FIRST);
    }

    function test_NoNodeComesByAnotherOwner() public {
        call(FIRST, "alpha");
        vm.expectRevert(abi.encodeWithSelector(INodes.OperatorTaken.selector, FIRST, OWNER));
        vm.prank(FIRST);
        nodes.register(OTHER_OWNER, hex"00", 1, bytes32(0));
        vm.prank(FIRST);
        nodes.update(FIRST, hex"00", 1, bytes32(0));
        vm.assertEq(nodes.node(FIRST).owner, OWNER);
    }

    function test_BytesThatOnlyLookLikeANameFindNothing() public {
        call(FIRST, "alpha");
        call(SECOND, "abcdefghijklmnopqrstuvwxyz012345");
        string[5] memory lookAlikes =
            ["Alpha", "alpha ", unicode"аlpha", "alpha\x00", "abcdefghijklmnopqrstuvwxyz012345-and-more"];
        for (uint256 i; i < lookAlikes.length; ++i) {
            vm.assertEq(names.nodeOf(OWNER, lookAlikes[i]), address(0));
        }
    }

    // ── Which names there are

    function test_ANameHasAtMost32Characters() public {
        call(FIRST, "abcdefghijklmnopqrstuvwxyz012345");
        expectName(FIRST, "abcdefghijklmnopqrstuvwxyz012345");
        vm.expectRevert(abi.encodeWithSelector(INames.NameTooLong.selector, 33, 32));
        vm.prank(OWNER);
        names.setName(FIRST, "abcdefghijklmnopqrstuvwxyz0123456");
    }

    function test_HyphensAreSingleAndInside() public {
        call(FIRST, "a-b-c");
        expectBad("-a", 0, "-");
        expectBad("a-", 1, "-");
        expectBad("a--b", 2, "-");
        expectBad("-", 0, "-");
    }

    function expectBad(string memory name, uint256 at, bytes1 character) private {
        vm.expectRevert(abi.encodeWithSelector(INames.BadCharacter.selector, at, character));
        vm.prank(OWNER);
        names.setName(FIRST, name);
    }

    function testFuzz_OneByteIsANameWhereItIsALetterOrADigit(bytes1 it) public {
        bool isPlain = (it >= 0x61 && it <= 0x7a) || (it >= 0x30 && it <= 0x39);
        string memory name = string(abi.encodePacked(it));
        if (isPlain) {
            call(FIRST, name);
            vm.assertEq(names.nodeOf(OWNER, name), FIRST);
        } else {
            expectBad(name, 0, it);
            expectBad(string(abi.encodePacked("a", it, it)), it == "-" ? 2 : 1, it);
        }
    }

    function testFuzz_EveryNameIsReadBackAsItWasGiven(uint256 seed, uint8 size) public {
        string memory name = nameFrom(seed, within(size, 1, 32));
        call(FIRST, name);
        expectName(FIRST, name);
        vm.assertEq(names.nodeOf(OWNER, name), FIRST);
        call(FIRST, "");
        vm.assertEq(names.nodeOf(OWNER, name), address(0));
    }

    /// @dev Letters, digits and inner single hyphens by the bytes of `seed`.
    function nameFrom(uint256 seed, uint256 size) private pure returns (string memory) {
        bytes memory alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-";
        bytes memory name = new bytes(size);
        for (uint256 i; i < size; ++i) {
            bool isHyphenAllowed = i != 0 && i + 1 != size && name[i - 1] != "-";
            name[i] = alphabet[uint8(bytes32(seed)[i]) % (isHyphenAllowed ? 37 : 36)];
        }
        return string(name);
    }

    function testFuzz_NothingButTheRuleDecides(bytes calldata name) public {
        bool isName = name.length <= 32;
        for (uint256 i; i < name.length; ++i) {
            bytes1 it = name[i];
            bool isInner = i > 0 && i + 1 < name.length && name[i - 1] != "-";
            bool isAllowed = (it >= "a" && it <= "z") || (it >= "0" && it <= "9") || (it == "-" && isInner);
            isName = isName && isAllowed;
        }
        vm.prank(OWNER);
        try names.setName(FIRST, string(name)) {
            vm.assertTrue(isName, "what is no name was taken");
        } catch {
            vm.assertTrue(!isName, "a name was refused");
        }
    }
}
