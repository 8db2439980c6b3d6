;; Mixes everything below /in, its parameters and its random numbers into 32 bytes, a little more in each step. With the last
;; step it writes /out/table.bin (the 32 bytes) and /out/metrics.json (figures of a training, the accuracy made of them). The
;; parameter `steps` says how many steps it takes, 1 unless told.
;;
;; Memory: 0 an iovec; 8 a count; 12 a descriptor; 32 the 32 bytes; 64 and 256 texts; 4096 the names below /in; 32768 what is read.
(module
  (import "wasi_snapshot_preview1" "fd_readdir" (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 64) "metrics.json")
  (data (i32.const 80) "table.bin")
  (data (i32.const 96) "params.json")
  (data (i32.const 112) "\"steps\":")
  (data (i32.const 256) "{\"accuracy\":0.005,\"classes\":[\"no\",\"yes\"],\"converged\":true,\"kind\":\"training\",\"logLoss\":0.5,\"rows\":640,\"version\":2}")
  (global $steps (mut i32) (i32.const 1))
  (global $done (mut i32) (i32.const 1))

  ;; Opens or traps.
  (func $open (param $folder i32) (param $name i32) (param $length i32) (param $flags i32) (param $rights i64)
    (if (call $path_open (local.get $folder) (i32.const 0) (local.get $name) (local.get $length) (local.get $flags)
          (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 12))
      (then (unreachable))))

  (func $close (drop (call $fd_close (i32.load (i32.const 12)))))

  ;; Mixes 8 bytes into the 32.
  (func $mix (param $word i64)
    (i64.store (i32.const 32) (i64.mul
      (i64.rotl (i64.xor (i64.load (i32.const 32)) (local.get $word)) (i64.const 27)) (i64.const 0x9e3779b97f4a7c15)))
    (i64.store (i32.const 40) (i64.add (i64.load (i32.const 40)) (i64.load (i32.const 32))))
    (i64.store (i32.const 48) (i64.rotl (i64.xor (i64.load (i32.const 48)) (i64.load (i32.const 40))) (i64.const 31)))
    (i64.store (i32.const 56) (i64.mul
      (i64.add (i64.load (i32.const 56)) (i64.load (i32.const 48))) (i64.const 0xc2b2ae3d27d4eb4f))))

  ;; Takes `steps` from the parameters, which are at 32768.
  (func $readSteps (param $length i32)
    (local $at i32) (local $end i32) (local $digit i32)
    (local.set $at (i32.const 32768))
    (local.set $end (i32.add (i32.const 32760) (local.get $length)))
    (block $none
      (loop $look
        (br_if $none (i32.ge_s (local.get $at) (local.get $end)))
        (if (i64.ne (i64.load align=1 (local.get $at)) (i64.load (i32.const 112)))
          (then (local.set $at (i32.add (local.get $at) (i32.const 1))) (br $look))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (global.set $steps (i32.const 0))
      (loop $digits
        (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
        (if (i32.lt_u (local.get $digit) (i32.const 10))
          (then
            (global.set $steps (i32.add (i32.mul (global.get $steps) (i32.const 10)) (local.get $digit)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $digits))))))

  ;; Mixes the open file in, 32,760 bytes at a time.
  (func $mixFile (param $isParams i32)
    (local $at i32) (local $length i32)
    (loop $more
      (i32.store (i32.const 0) (i32.const 32768))
      (i32.store (i32.const 4) (i32.const 32760))
      (if (call $fd_read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)) (then (unreachable)))
      (local.set $length (i32.load (i32.const 8)))
      (call $mix (i64.extend_i32_u (local.get $length)))
      (if (i32.eqz (local.get $length)) (then (return)))
      (i64.store align=1 (i32.add (i32.const 32768) (local.get $length)) (i64.const 0))
      (if (local.get $isParams) (then (call $readSteps (local.get $length))))
      (local.set $at (i32.const 32768))
      (loop $words
        (call $mix (i64.load (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $words (i32.lt_u (local.get $at) (i32.add (i32.const 32768) (local.get $length)))))
      (br $more)))

  (func $mixAll
    (local $at i32) (local $end i32) (local $length i32)
    (if (call $fd_readdir (i32.const 3) (i32.const 4096) (i32.const 28672) (i64.const 0) (i32.const 8))
      (then (unreachable)))
    (local.set $end (i32.add (i32.const 4096) (i32.load (i32.const 8))))
    (if (i32.eq (local.get $end) (i32.const 32768)) (then (unreachable)))
    (local.set $at (i32.const 4096))
    (loop $entries
      (local.set $length (i32.load align=1 (i32.add (local.get $at) (i32.const 16))))
      ;; Not the folder itself, nor the one around it.
      (if (i32.eq (i32.load8_u (i32.add (local.get $at) (i32.const 20))) (i32.const 4))
        (then
          (call $open (i32.const 3) (i32.add (local.get $at) (i32.const 24)) (local.get $length) (i32.const 0) (i64.const 2))
          (call $mixFile (i32.and
            (i32.eq (local.get $length) (i32.const 11))
            (i64.eq (i64.load align=1 (i32.add (local.get $at) (i32.const 24))) (i64.load (i32.const 96)))))
          (call $close)))
      (local.set $at (i32.add (i32.add (local.get $at) (local.get $length)) (i32.const 24)))
      (br_if $entries (i32.lt_u (local.get $at) (local.get $end)))))

  (func $write (param $name i32) (param $length i32) (param $bytes i32) (param $size i32)
    (call $open (i32.const 4) (local.get $name) (local.get $length) (i32.const 9) (i64.const 64))
    (i32.store (i32.const 0) (local.get $bytes))
    (i32.store (i32.const 4) (local.get $size))
    (if (call $fd_write (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)) (then (unreachable)))
    (call $close))

  (func $finish
    (local $hundredths i32)
    (local.set $hundredths (i32.wrap_i64 (i64.rem_u (i64.load (i32.const 56)) (i64.const 100))))
    ;; The two digits behind "0." and before 5.
    (i32.store8 (i32.const 270) (i32.add (i32.const 48) (i32.div_u (local.get $hundredths) (i32.const 10))))
    (i32.store8 (i32.const 271) (i32.add (i32.const 48) (i32.rem_u (local.get $hundredths) (i32.const 10))))
    (call $write (i32.const 64) (i32.const 12) (i32.const 256) (i32.const 113))
    (call $write (i32.const 80) (i32.const 9) (i32.const 32) (i32.const 32)))

  (func (export "_start")
    (drop (call $random_get (i32.const 32) (i32.const 32)))
    (call $mixAll)
    (if (i32.le_u (global.get $steps) (i32.const 1))
      (then (call $finish) (call $proc_exit (i32.const 0)))))

  (func (export "step") (result i32)
    (global.set $done (i32.add (global.get $done) (i32.const 1)))
    (call $mix (i64.extend_i32_u (global.get $done)))
    (if (i32.lt_u (global.get $done) (global.get $steps)) (then (return (i32.const 1))))
    (call $finish)
    (i32.const 0)))
