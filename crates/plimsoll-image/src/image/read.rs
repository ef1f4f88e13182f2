//! Reads the layers of an image side by side.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use plimsoll_model::Unknown;

use super::{Image, LayerBytes, LayerSource};
use crate::layer::{Context, Expected, read_layer, read_links};
use crate::{Blob, LayerHead, LayerSink, OpenError, ReadOptions};

impl Image {
    /// Reads all layers that the sink wants, side by side, the largest first. Layers
    /// that are not there are passed over, which [`Image::unknowns`] says. A layer that is corrupt is an error, of which the lowest such layer is named.
    pub fn read<S: LayerSink>(&self, sink: &S, options: &ReadOptions) -> Result<(), OpenError> {
        let mut queue: Vec<usize> = (0..self.sources.len()).collect();
        let size = |at: &usize| self.sources.get(*at).and_then(|source| source.size_bytes);
        queue.sort_by_key(|at| std::cmp::Reverse(size(at)));
        options.progress.expect(queue.iter().filter_map(size).sum());
        let reading = Reading {
            image: self,
            queue,
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            failed: Mutex::new(None),
            context: Context::new(&options.store, &options.progress),
        };
        let workers = options.jobs.clamp(1, self.sources.len().max(1));
        std::thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(|| reading.work(sink));
            }
            reading.work(sink);
        });
        let failed = reading.failed.into_inner();
        match failed.unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }
}

/// What the workers share.
struct Reading<'a> {
    image: &'a Image,
    /// Positions of layers in the order in which they are read.
    queue: Vec<usize>,
    next: AtomicUsize,
    /// Set once a layer has failed: there is no point in beginning others.
    stop: AtomicBool,
    failed: Mutex<Option<(usize, OpenError)>>,
    context: Context,
}

impl Reading<'_> {
    fn work<S: LayerSink>(&self, sink: &S) {
        loop {
            let turn = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(position) = self.queue.get(turn).copied() else {
                return;
            };
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let Some(source) = self.image.sources.get(position) else {
                return;
            };
            if let Err(error) = self.layer(position, source, sink) {
                self.stop.store(true, Ordering::Relaxed);
                let failed = self.failed.lock();
                let mut failed = failed.unwrap_or_else(std::sync::PoisonError::into_inner);
                if failed.as_ref().is_none_or(|(first, _)| position < *first) {
                    *failed = Some((position, error));
                }
            }
        }
    }

    fn layer<S: LayerSink>(
        &self,
        position: usize,
        source: &LayerSource,
        sink: &S,
    ) -> Result<(), OpenError> {
        let LayerBytes::Here(blob) = &source.bytes else {
            return Ok(());
        };
        let head = LayerHead {
            index: Some(position),
            diff_id: Some(source.diff_id.clone()),
        };
        let Some(mut visit) = sink.begin(&head) else {
            self.context
                .progress
                .advance(source.size_bytes.unwrap_or(0));
            return Ok(());
        };
        let named = source.digest.as_ref().unwrap_or(&source.diff_id);
        let expected = Expected {
            blob_digest: source.digest.clone(),
            diff_id: Some(source.diff_id.clone()),
            size_bytes: source.size_bytes.unwrap_or(0),
        };
        let name = &self.image.facts.name;
        let fail = |reason: String| OpenError::Layer {
            path: name.clone(),
            layer: named.to_string(),
            reason,
        };
        let open = |blob: &dyn Blob| blob.open().map_err(|error| fail(error.to_string()));
        let mut raw = open(&**blob)?;
        let (mut tail, links) = read_layer(&mut *raw, &expected, &mut visit, &self.context)
            .map_err(|error| error.of_layer(name, &named.to_string()))?;
        drop(raw);
        if !links.is_empty() {
            let mut raw = open(&**blob)?;
            let lost = read_links(&mut *raw, &expected, &links, &mut visit, &self.context)
                .map_err(|error| error.of_layer(name, &named.to_string()))?;
            let in_layer = |unknown: Unknown| unknown.in_layer(Some(tail.diff_id.clone()));
            tail.unknowns.extend(lost.into_iter().map(in_layer));
        }
        sink.end(tail, visit);
        Ok(())
    }
}
