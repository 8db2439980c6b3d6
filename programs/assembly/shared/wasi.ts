// The WASI preview 1 calls the shipped programs use, declared by hand so that nothing else is imported.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md

@external("wasi_snapshot_preview1", "fd_prestat_get")
export declare function fdPrestatGet(fd: u32, prestat: usize): u32;

@external("wasi_snapshot_preview1", "fd_prestat_dir_name")
export declare function fdPrestatDirName(fd: u32, path: usize, pathLength: u32): u32;

@external("wasi_snapshot_preview1", "path_open")
export declare function pathOpen(
  directory: u32,
  lookupFlags: u32,
  path: usize,
  pathLength: u32,
  openFlags: u32,
  rights: u64,
  inheritedRights: u64,
  descriptorFlags: u32,
  opened: usize,
): u32;

@external("wasi_snapshot_preview1", "fd_filestat_get")
export declare function fdFilestatGet(fd: u32, filestat: usize): u32;

@external("wasi_snapshot_preview1", "fd_read")
export declare function fdRead(fd: u32, vectors: usize, vectorCount: u32, count: usize): u32;

@external("wasi_snapshot_preview1", "fd_write")
export declare function fdWrite(fd: u32, vectors: usize, vectorCount: u32, count: usize): u32;

@external("wasi_snapshot_preview1", "fd_close")
export declare function fdClose(fd: u32): u32;

@external("wasi_snapshot_preview1", "proc_exit")
export declare function procExit(code: u32): void;
