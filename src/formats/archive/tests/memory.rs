//! What is held in memory, measured: `cargo test --lib formats::archive::tests::memory -- --ignored --nocapture`.

use std::io::{self, Write};

use super::*;

/// The most memory that this process had so far, in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[ignore = "it writes 500 MB, and measures the whole process: it has to run alone"]
fn a_large_archive_holds_little() {
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = zip::ZipWriter::new(&mut file);
    let deflated = zip::write::SimpleFileOptions::default();
    let stored = deflated.compression_method(zip::CompressionMethod::Stored);
    let mut noise = 1_u64;
    let mut block = vec![0_u8; 1 << 20];
    for number in 0..3000 {
        writer
            .start_file(format!("./{}/Prüfbericht {number}.pdf", number / 3), if number == 0 { stored } else { deflated })
            .unwrap();
        let blocks = [400, 20, 0][number.min(2)];
        for _ in 0..blocks {
            block.fill_with(|| {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                noise.to_be_bytes()[0]
            });
            writer.write_all(&block).unwrap();
        }
        writer.write_all(&block[..40_000]).unwrap();
    }
    writer.finish().unwrap();
    let before = peak();
    let begin = std::time::Instant::now();
    let mut archive = Archive::open(&mut file, &Limits::default()).unwrap();
    let (opened, took) = (peak(), begin.elapsed());
    let read: u64 = (0..2).map(|index| io::copy(&mut archive.read(index).unwrap(), &mut io::sink()).unwrap()).sum();
    let after = peak();
    println!("{} entries opened in {took:?}, {read} bytes read", archive.entries().len());
    println!("peak before {before} kB, opened {opened} kB, read {after} kB");
    assert!(after - before < 8 * 1024, "{} kB more", after - before);
}
