//! Compiles the few lines of C that speak to the C library's allocator.

fn main() {
    println!("cargo::rerun-if-changed=src/memory.c");
    // All of it, since nothing calls it: it runs by itself before `main`.
    cc::Build::new().file("src/memory.c").link_lib_modifier("+whole-archive").compile("memory");
}
