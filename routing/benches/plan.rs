//! How fast one core routes: `cargo bench -p routing --bench plan` (aim: over 500,000 plans/s).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use routing::{Case, Class, Designator, Master, plan_case, plan_of_case};
use schemas::{AuthorityId, FilingKind, ServiceCode};

/// Every municipality with every service that somebody designates, two insurers each.
fn cases<'a>(
    municipalities: &'a [AuthorityId],
    services: &'a [ServiceCode],
    date: jiff::civil::Date,
) -> impl Iterator<Item = Case<'a>> {
    municipalities.windows(3).flat_map(move |near| {
        services.iter().map(move |service| Case {
            municipality: near[0],
            service: *service,
            kind: FilingKind::Change,
            date,
            insurers: &near[1..],
            deemed: false,
        })
    })
}

fn plans(criterion: &mut Criterion) {
    let master = Master::embedded().expect("the embedded master");
    let date = jiff::civil::date(2026, 4, 1);
    let of_class = |prefecture: bool| {
        master
            .authorities_on(date)
            .filter(move |row| (row.class == Class::Prefecture) == prefecture)
    };
    let municipalities: Vec<_> = of_class(false).map(|row| row.code).collect();
    let active = master
        .services()
        .iter()
        .filter(|row| row.designator != Designator::None && row.period.contains(date));
    let services: Vec<_> = active.map(|row| row.code).collect();
    let cases: Vec<_> = cases(&municipalities, &services, date).collect();
    let mut group = criterion.benchmark_group("plan");
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.sample_size(10);
    group.bench_function("plan_case", |bench| {
        bench.iter(|| {
            cases
                .iter()
                .filter(|case| plan_case(black_box(&master), black_box(case)).is_ok())
                .count()
        });
    });
    group.bench_function("plan_of_case (to be kept and explained)", |bench| {
        bench.iter(|| {
            let plans = cases.iter().filter_map(|case| plan_of_case(black_box(&master), case).ok());
            plans.map(black_box).count()
        });
    });
    group.finish();
}

criterion_group!(benches, plans);
criterion_main!(benches);
