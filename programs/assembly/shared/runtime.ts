// The file `--runtime` names; a file of its own, because the compiler exports what stands in it.
import "./allocator";
