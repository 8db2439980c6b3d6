// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract PlainToken is ERC20("Plain", "PLN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @dev Keeps one percent of every transfer.
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, amount);
        super._update(from, to, amount - amount / 100);
        super._update(from, address(0xFEE), amount / 100);
    }
}

/// @dev Charges the sender one percent on top of what it sends.
contract SurchargeToken is ERC20("Surcharge", "SUR") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(from, address(0xFEE), amount / 100);
    }
}

/// @dev Says that it transferred, and did not.
contract LyingToken {
    mapping(address => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }

    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }
}

/// @dev Returns nothing, as some old tokens do.
contract SilentToken {
    mapping(address => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}

/// @dev Calls whoever it was told to call in the middle of a transfer.
contract CallingToken is ERC20("Calling", "CALL") {
    address private _target;
    bytes private _data;
    bool public lastCallSucceeded;
    bytes public lastCallResult;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function callDuringTransfer(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function approveFrom(address owner, address spender) external {
        _approve(owner, spender, type(uint256).max);
    }

    function _update(address from, address to, uint256 amount) internal override {
        address target = _target;
        if (target != address(0)) {
            _target = address(0);
            (lastCallSucceeded, lastCallResult) = target.call(_data);
        }
        super._update(from, to, amount);
    }
}

/// @dev A wallet that says yes to every signature, until it says no.
contract FickleWallet {
    bool public answer = true;

    function change() external {
        answer = !answer;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return answer ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }

    function execute(address target, bytes calldata data) external returns (bytes memory) {
        (bool succeeded, bytes memory result) = target.call(data);
        require(succeeded, "the call was reverted");
        return result;
    }

    function approve(IERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }
}
